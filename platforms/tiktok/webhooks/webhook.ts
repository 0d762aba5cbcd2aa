import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Checks TikTok's signature, `t=<unix seconds>,s=<hex>`, over the raw body of a webhook. The key is
 * the client secret. Returns when it was signed, in epoch milliseconds, or null if it isn't valid.
 * The caller checks the age, because TikTok retries for 72 hours and doesn't say if it signs each
 * retry again.
 */
export const readSignature = (
  clientSecret: string,
  header: string | undefined,
  rawBody: Uint8Array,
): number | null => {
  const parts = /^t=(\d{1,12}),s=([0-9a-f]{64})$/.exec((header ?? '').replace(/\s/g, ''))
  const [, seconds, hex] = parts ?? []
  if (!seconds || !hex) return null
  const expected = createHmac('sha256', clientSecret).update(`${seconds}.`).update(rawBody).digest()
  return timingSafeEqual(expected, Buffer.from(hex, 'hex')) ? Number(seconds) * 1000 : null
}
