import { createHmac } from 'node:crypto'
import type { CallbackRecord } from '../callback-record.ts'
import type { Meta } from '../meta.ts'
import { judgeDeletionAnswer } from './deletion-answer.ts'

export type CallbackSpoil = 'bad_signature' | 'old'

/** `base64url(signature).base64url(json)` (fact sheet 6.1). */
function signedRequest(meta: Meta, personId: string, spoil?: CallbackSpoil): string {
  const issuedAt = Math.floor(meta.world.clock.now() / 1000) - (spoil === 'old' ? 30 * 86_400 : 0)
  const payload = Buffer.from(
    JSON.stringify({
      algorithm: 'HMAC-SHA256',
      expires: issuedAt + 3_600,
      issued_at: issuedAt,
      user_id: personId,
    }),
  ).toString('base64url')
  const key = spoil === 'bad_signature' ? `${meta.app.secret}-wrong` : meta.app.secret
  return `${createHmac('sha256', key).update(payload).digest('base64url')}.${payload}`
}

/**
 * Notifies the app, if it registered a URL, that a person removed it. Doesn't wait for the
 * response.
 */
export function notifyDeauthorized(meta: Meta, personId: string): void {
  const url = meta.settings.deauthorizeUrl
  if (url)
    meta.world.clock.after(0, () =>
      callBack(meta, { kind: 'deauthorize', url, personId }).then(() => undefined),
    )
}

/**
 * Posts a signed request and records the response. A deletion must be answered with 200 and the
 * content that deletion-answer.ts checks.
 */
export async function callBack(
  meta: Meta,
  {
    kind,
    url,
    personId,
    spoil,
  }: { kind: CallbackRecord['kind']; url: string; personId: string; spoil?: CallbackSpoil },
): Promise<CallbackRecord> {
  const atMs = meta.world.clock.now()
  const record: CallbackRecord = {
    atMs,
    kind,
    personId,
    url,
    status: null,
    ok: false,
    problem: null,
    reply: '',
    answer: null,
  }
  meta.state.callbacks.push(record)
  try {
    const body = new URLSearchParams({ signed_request: signedRequest(meta, personId, spoil) })
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    })
    record.status = response.status
    record.reply = (await response.text()).slice(0, 2_000)
    if (response.status !== 200) record.problem = `answered ${response.status}`
    else if (kind === 'deletion') Object.assign(record, await judgeDeletionAnswer(record.reply))
  } catch (error) {
    record.problem = `could not be reached: ${error instanceof Error ? error.message : String(error)}`
  }
  record.ok = record.problem === null
  meta.world.state.changed()
  return record
}
