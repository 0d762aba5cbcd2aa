import { createHash } from 'node:crypto'
import type { Sql } from '../../db/postgres/connect.ts'
import { linkForAttempt } from '../../db/posts/media-links.ts'
import { listPostMedia } from '../../db/posts/post-media.ts'
import type { RenditionRow } from '../../db/posts/renditions.ts'
import { saveHandles } from '../../db/posts/target-progress.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import type { Vault } from '../../db/vault/vault.ts'
import { canonicalEdits } from '../../media/edits.ts'
import type { MediaStore } from '../../media/store.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Registry } from '../../platforms/index.ts'
import type { MediaToSend, Publication } from '../../platforms/platform.ts'
import { turnTaker } from '../limits.ts'
import { retryWrite } from '../retry.ts'
import { type FileOfTarget, listFilesOf } from './files.ts'

export type PublicationDeps = {
  sql: Sql
  vault: Vault
  mediaStore: MediaStore
  mediaPublicUrl: string
  platforms: Registry
  now: () => number
}

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
  step: {
    account: Account
    attemptNumber: number
    signal: AbortSignal
    holder: Holder
    leaving?: () => void
  },
): Promise<Publication> => {
  const files = await listFilesOf(deps, target)
  const place = { table: 'targets', id: target.id, column: 'handles' }
  return {
    account: step.account,
    kind: target.kind,
    text: target.text,
    link: target.link,
    settings: target.settings,
    media: await Promise.all(
      files.map((file) => mediaToSend(deps, target, step.attemptNumber, file)),
    ),
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
    media.map(({ sha256, altText, edits }) => [
      sha256.toString('hex'),
      altText,
      ...(edits ? [canonicalEdits(edits)] : []),
    ]),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}

const mediaToSend = async (
  deps: PublicationDeps,
  target: TargetRow,
  attemptNumber: number,
  file: FileOfTarget,
): Promise<MediaToSend> => {
  const {
    storeKey,
    sha256: _sha256,
    purgedAt: _purgedAt,
    edits: _edits,
    rendition,
    ...facts
  } = file
  const made = rendition && madeOf(rendition)
  const link = await linkForAttempt(deps.sql, {
    mediaId: file.id,
    renditionId: made?.id ?? null,
    workspaceId: target.workspaceId,
    targetId: target.id,
    revision: target.revision,
    attemptNumber,
  })
  return {
    ...facts,
    ...made?.facts,
    url: `${deps.mediaPublicUrl}/${link}`,
    open: (range) => deps.mediaStore.open(made?.storeKey ?? storeKey, range),
  }
}

const madeOf = ({
  id,
  state,
  storeKey,
  contentType,
  sizeBytes,
  width,
  height,
  durationMs,
}: RenditionRow) => {
  if (state !== 'ready' || !storeKey || !contentType || !sizeBytes || !width || !height)
    throw new PlatformError({
      kind: 'unavailable',
      code: 'not_converted',
      words: 'A file of the post is still being prepared.',
    })
  return { id, storeKey, facts: { contentType, sizeBytes, width, height, durationMs } }
}

const notSending = (): void => {
  throw new Error('only sending makes the irreversible call')
}
