import { createHash } from 'node:crypto'
import type { Sql } from '../../db/postgres/connect.ts'
import { linkForAttempt } from '../../db/posts/media-links.ts'
import { listPostMedia, type PostMediaRow } from '../../db/posts/post-media.ts'
import { saveHandles } from '../../db/posts/target-progress.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import type { Vault } from '../../db/vault/vault.ts'
import { canonicalEdits } from '../../media/edits.ts'
import type { MediaStore } from '../../media/store.ts'
import type { Account } from '../../platforms/account.ts'
import type { MediaToSend, Publication } from '../../platforms/platform.ts'
import { turnTaker } from '../limits.ts'
import { retryWrite } from '../retry.ts'

export type PublicationDeps = { sql: Sql; vault: Vault; mediaStore: MediaStore; mediaPublicUrl: string; now: () => number }

/** Thrown by `save` if the post was changed in the meantime, so that the preparation is useless. */
export class Outdated extends Error {
  override name = 'Outdated'
}

/**
 * The state and attempt that the step works on. Handles are saved only if the row still has them.
 */
export type Holder = { state: TargetRow['state']; attemptNumber: number }

/** Builds the input of a publishing step. The media URLs are used only by this attempt. */
export const buildPublication = async (
  deps: PublicationDeps,
  target: TargetRow,
  step: { account: Account; attemptNumber: number; signal: AbortSignal; holder: Holder; leaving?: () => void },
): Promise<Publication> => {
  const media = await listPostMedia(deps.sql, target)
  const place = { table: 'targets', id: target.id, column: 'handles' }
  return {
    account: step.account,
    kind: target.kind,
    text: target.text,
    link: target.link,
    settings: target.settings,
    media: await Promise.all(media.map((item) => mediaToSend(deps, target, step.attemptNumber, item))),
    handles: target.handles,
    save: async (handles) => {
      if (!(await retryWrite(() => saveHandles(deps.sql, target, handles, step.holder))))
        throw new Outdated('the post was changed while it was prepared')
    },
    seal: (secret) => deps.vault.seal(secret, place),
    open: (sealed) => deps.vault.open(sealed, place),
    leaving: step.leaving ?? notSending,
    takeTurn: turnTaker(deps, target.channelId),
    now: deps.now,
    signal: step.signal,
  }
}

/** A SHA-256 over everything that defines the post on this channel. */
export const fingerprintOf = async (sql: Sql, target: TargetRow): Promise<Buffer> => {
  const media = await listPostMedia(sql, target)
  const parts = [
    target.channelId,
    target.kind,
    target.text,
    target.link,
    target.settings,
    media.map(({ sha256, altText, edits }) => [sha256.toString('hex'), altText, ...(edits ? [canonicalEdits(edits)] : [])]),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}

const mediaToSend = async (
  deps: PublicationDeps,
  target: TargetRow,
  attemptNumber: number,
  item: PostMediaRow,
): Promise<MediaToSend> => {
  const { storeKey, sha256: _sha256, purgedAt: _purgedAt, edits: _edits, ...facts } = item
  const link = await linkForAttempt(deps.sql, {
    mediaId: item.id,
    workspaceId: target.workspaceId,
    targetId: target.id,
    attemptNumber,
  })
  return { ...facts, url: `${deps.mediaPublicUrl}/${link}`, open: (range) => deps.mediaStore.open(storeKey, range) }
}

const notSending = (): void => {
  throw new Error('only sending makes the irreversible call')
}
