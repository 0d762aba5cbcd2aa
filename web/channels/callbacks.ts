import { endRemovedGrants, findTargetsByHandle } from '../db/callbacks.ts'
import { tx } from '../db/connect.ts'
import { canonicalCode, openDeletionRequest } from '../db/deletion-requests.ts'
import { recordEvent } from '../db/events.ts'
import { countPostsAtRisk, notify } from '../db/notices.ts'
import { enqueue } from '../db/outbox.ts'
import type { CallbackNews, Issuer } from '../platforms/grant.ts'
import type { WebDeps } from './env.ts'

/** What the answer to the issuer says. */
export type CallbackAnswer = { url: string; confirmation_code: string } | { ok: true }

// promise: E5
/** Carries out what an issuer tells by itself. A second delivery changes nothing. */
export const carryOut = async (deps: WebDeps, issuer: Issuer, news: CallbackNews): Promise<CallbackAnswer> => {
  switch (news.about) {
    case 'grant':
      await endGrants(deps, issuer, news)
      return { ok: true }
    case 'erasure':
      return await beginErasure(deps, issuer, news.issuerUserId)
    case 'publication':
      await deps.temporal.nudge(await findTargetsByHandle(deps.sql, issuer.platforms, news.handle, news.value))
      return { ok: true }
    case 'nothing':
      return { ok: true }
  }
}

type Removal = Extract<CallbackNews, { about: 'grant' }>

const endGrants = (deps: WebDeps, { name: issuer }: Issuer, { issuerUserId, atMs, words }: Removal): Promise<void> =>
  tx(deps.sql, async (t) => {
    const at = new Date(deps.now())
    for (const { id, workspaceId, wasKnown } of await endRemovedGrants(
      t,
      { issuer, issuerUserId, saidAt: new Date(atMs), words },
      at,
    )) {
      const event = await recordEvent(t, { name: 'grant.removed', workspaceId, userId: null, subjectId: id, facts: { issuer } })
      await enqueue(t, 'grant', id)
      if (wasKnown) continue // promise: U4: once for each cause
      const risk = await countPostsAtRisk(t, id, 'lost')
      const facts = { waiting: risk.count, firstDueAt: risk.firstDueAt?.toISOString() ?? null, words }
      await notify(t, { workspaceId, kind: 'ended', cause: `removed:${id}:${event}`, grantId: id, facts, to: 'admins' })
    }
  })

/** The code is kept as a hash only, so a second delivery opens a second request: it finds nothing left to erase. */
const beginErasure = async (deps: WebDeps, issuer: Issuer, issuerUserId: string): Promise<CallbackAnswer> => {
  const now = new Date(deps.now())
  const { code } = await tx(deps.sql, (t) => openDeletionRequest(t, { issuer: issuer.name, issuerUserId, origin: 'issuer', now }))
  // Meta wants an alphanumeric code; the page takes it with and without hyphens.
  const plain = canonicalCode(code)
  return { url: `${deps.config.publicUrl}/data-deletion/${plain}`, confirmation_code: plain }
}
