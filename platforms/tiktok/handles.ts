import { z } from 'zod'
import type { JsonRecord, Publication } from '../platform.ts'

/** What is kept between the steps of one publication. The upload URL holds a credential and is kept sealed (promise: S3). */
export type Handles = {
  /** Handle as TikTok gave it at init, where that is known before posting: for the link to the post. */
  username?: string
  publishId?: string
  sealedUploadUrl?: string
  /** Epoch milliseconds; TikTok ends an upload one hour after init. */
  uploadEndsAtMs?: number
  /** First byte that TikTok has not taken yet. */
  nextByte?: number
  totalBytes?: number
  /** When the status was asked first, epoch milliseconds. */
  checkedSinceMs?: number
  /** How often TikTok said that it does not know the publish id (yet). */
  unknownAnswers?: number
}

const schema = z.object({
  username: z.string().optional(),
  publishId: z.string().optional(),
  sealedUploadUrl: z.string().optional(),
  uploadEndsAtMs: z.number().optional(),
  nextByte: z.number().optional(),
  totalBytes: z.number().optional(),
  checkedSinceMs: z.number().optional(),
  unknownAnswers: z.number().optional(),
})

export const readHandles = (publication: Publication): Handles => schema.parse(publication.handles)

export const saveHandles = (publication: Publication, handles: Handles): Promise<void> =>
  publication.save(JSON.parse(JSON.stringify(handles)) as JsonRecord)
