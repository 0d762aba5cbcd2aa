import { createHmac } from 'node:crypto'
import type { Meta } from './meta.ts'
import type { CallbackRecord } from './state.ts'

export type CallbackSpoil = 'bad_signature' | 'old'

/** `base64url(signature).base64url(json)` (fact sheet 6.1). */
export function signedRequest(meta: Meta, personId: string, spoil?: CallbackSpoil): string {
  const issuedAt = Math.floor(meta.world.clock.now() / 1000) - (spoil === 'old' ? 30 * 86_400 : 0)
  const payload = Buffer.from(
    JSON.stringify({ algorithm: 'HMAC-SHA256', expires: issuedAt + 3_600, issued_at: issuedAt, user_id: personId }),
  ).toString('base64url')
  const key = spoil === 'bad_signature' ? `${meta.app.secret}-wrong` : meta.app.secret
  return `${createHmac('sha256', key).update(payload).digest('base64url')}.${payload}`
}

/** Tells the app, if it registered an address, that a person removed it. Does not wait for the answer. */
export function notifyDeauthorized(meta: Meta, personId: string): void {
  const url = meta.world.settings.deauthorizeUrl
  if (url) meta.world.clock.after(0, () => callBack(meta, { kind: 'deauthorize', url, personId }).then(() => undefined))
}

/** Posts a signed request and records what came back; a deletion must answer 200 with `url` (reachable) and `confirmation_code`. */
export async function callBack(
  meta: Meta,
  { kind, url, personId, spoil }: { kind: CallbackRecord['kind']; url: string; personId: string; spoil?: CallbackSpoil },
): Promise<CallbackRecord> {
  const record: CallbackRecord = { atMs: meta.world.clock.now(), kind, url, status: null, ok: false, problem: null, reply: '' }
  meta.state.callbacks.push(record)
  try {
    const body = new URLSearchParams({ signed_request: signedRequest(meta, personId, spoil) })
    const response = await fetch(url, { method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(10_000) })
    record.status = response.status
    record.reply = (await response.text()).slice(0, 2_000)
    record.problem =
      response.status !== 200 ? `answered ${response.status}` : kind === 'deletion' ? await deletionProblem(record.reply) : null
  } catch (error) {
    record.problem = `could not be reached: ${error instanceof Error ? error.message : String(error)}`
  }
  record.ok = record.problem === null
  meta.world.state.changed()
  return record
}

async function deletionProblem(reply: string): Promise<string | null> {
  let parsed: { url?: unknown; confirmation_code?: unknown }
  try {
    parsed = JSON.parse(reply) as typeof parsed
  } catch {
    return 'the reply is not JSON'
  }
  if (typeof parsed.url !== 'string' || typeof parsed.confirmation_code !== 'string')
    return 'the reply lacks url or confirmation_code'
  const page = await fetch(parsed.url, { signal: AbortSignal.timeout(10_000) }).catch(() => null)
  await page?.body?.cancel()
  return page?.status === 200 ? null : 'the status page cannot be opened'
}
