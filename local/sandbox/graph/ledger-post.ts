import type { LedgerMedia, LedgerPost } from '../ledger.ts'
import type { Meta } from './meta.ts'
import type { Commit } from './state.ts'

type Shown = Omit<
  LedgerPost,
  'createdAtMs' | 'callId' | 'commitCallAtMs' | 'visibility' | 'media'
> & {
  commit: Commit
  media: { sha256: string; altText?: string | null }[]
}

/** Adds a published post to the ledger. */
export function recordPost(meta: Meta, { commit, media, ...post }: Shown): void {
  meta.world.ledger.addPost({
    ...post,
    media: media.map(({ sha256, altText }) => ledgerMedia(meta, sha256, altText ?? null)),
    createdAtMs: Date.now(),
    callId: commit.callId,
    commitCallAtMs: commit.realAtMs,
    visibility: 'public',
  })
}

function ledgerMedia(meta: Meta, sha256: string, altText: string | null): LedgerMedia {
  const stored = meta.world.media.find(sha256)
  return {
    sha256,
    contentType: stored?.contentType ?? 'application/octet-stream',
    sizeBytes: stored?.sizeBytes ?? 0,
    altText,
    url: meta.world.mediaUrl(sha256),
  }
}
