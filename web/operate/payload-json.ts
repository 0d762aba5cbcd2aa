import type { Payload } from '@temporalio/common'
import { z } from 'zod'

/** A payload as the Temporal UI sends it: protobuf JSON with bytes in base64. */
const base64 = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/)
const payload = z.object({
  metadata: z.record(z.string(), base64).optional(),
  data: base64.optional(),
})
export const payloadsJson = z.object({ payloads: z.array(payload).max(1_000) })
export type PayloadJson = z.infer<typeof payload>

export const payloadOf = ({ metadata, data }: PayloadJson): Payload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  ),
  data: Buffer.from(data ?? '', 'base64'),
})

export const jsonOf = ({ metadata, data }: Payload): PayloadJson => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
})
