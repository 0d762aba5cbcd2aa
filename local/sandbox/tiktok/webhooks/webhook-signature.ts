import { createHmac } from 'node:crypto'

/**
 * Value of the header `TikTok-Signature`: `t=<unix seconds>,s=<hex>`, where s is the HMAC-SHA256 of
 * `t.body` with the client secret. Source: TikTok webhooks-verification (fact sheet 8).
 */
export function webhookSignature(
  clientSecret: string,
  unixSeconds: number,
  rawBody: string,
): string {
  const s = createHmac('sha256', clientSecret).update(`${unixSeconds}.${rawBody}`).digest('hex')
  return `t=${unixSeconds},s=${s}`
}
