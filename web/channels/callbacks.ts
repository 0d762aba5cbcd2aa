import { endRemovedGrants, findTargetsByHandle } from '../../db/channels/callbacks.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { countPostsAtRisk } from '../../db/notifications/posts-at-risk.ts'
import { tx } from '../../db/postgres/connect.ts'
import { canonicalCode } from '../../db/privacy/deletion-codes.ts'
import { openIssuerRequest } from '../../db/privacy/deletion-requests.ts'
import type { CallbackNews, Issuer } from '../../platforms/grant.ts'
import type { WebDeps } from '../http/env.ts'

/** The body of the response to the issuer. */
export type CallbackAnswer = { url: string; confirmation_code: string } | { ok: true }

// promise: E5
/** Handles a webhook of an issuer. Delivering it twice changes nothing more. */
export const carryOut = async (
  deps: WebDeps,
  issuer: Issuer,
  news: CallbackNews,
): Promise<CallbackAnswer> => {
  switch (news.about) {
    case 'grant':
      await endGrants(deps, issuer, news)
      return { ok: true }
    case 'erasure':
      return await beginErasure(deps, issuer, news.issuerUserId)
    case 'publication':
      deps.temporal.signalTargets(
        await findTargetsByHandle(deps.sql, issuer.platforms, news.handle, news.value),
      )
      return { ok: true }
    case 'nothing':
      return { ok: true }
  }
}

type Removal = Extract<CallbackNews, { about: 'grant' }>

const endGrants = (
  deps: WebDeps,
  { name: issuer }: Issuer,
  { issuerUserId, by, atMs, words }: Removal,
): Promise<void> =>
  tx(deps.sql, async (t) => {
    const at = new Date(deps.now())
    for (const { id, workspaceId, wasKnown } of await endRemovedGrants(
      t,
      { issuer, issuerUserId, by, saidAt: new Date(atMs), words },
      at,
    )) {
      const event = await recordEvent(t, {
        name: by === 'us' ? 'grant.revoked' : 'grant.removed',
        workspaceId,
        userId: null,
        subjectId: id,
        facts: { issuer },
      })
      await enqueue(t, 'grant', id)
      if (wasKnown) continue // promise: U4: once for each cause
      const risk = await countPostsAtRisk(t, id, 'lost')
      const facts = {
        waiting: risk.count,
        firstDueAt: risk.firstDueAt?.toISOString() ?? null,
        words,
      }
      await notify(t, {
        workspaceId,
        kind: 'ended',
        cause: `removed:${id}:${event}`,
        grantId: id,
        facts,
        to: 'admins',
      })
    }
  })

/**
 * Opens a deletion request. Only a hash of the code is stored, so a second delivery opens a second
 * request, which finds nothing left to delete.
 */
const beginErasure = async (
  deps: WebDeps,
  issuer: Issuer,
  issuerUserId: string,
): Promise<CallbackAnswer> => {
  const now = new Date(deps.now())
  const { code } = await tx(deps.sql, (t) =>
    openIssuerRequest(t, { issuer: issuer.name, issuerUserId, now }),
  )
  // Meta requires an alphanumeric code. The page accepts it with and without hyphens.
  const plain = canonicalCode(code)
  return { url: `${deps.config.publicUrl}/data-deletion/${plain}`, confirmation_code: plain }
}
