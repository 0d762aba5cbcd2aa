import type { PostEntry } from '../../../db/api/listed-posts.ts'
import type { AttemptRow } from '../../../db/posts/attempts.ts'
import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import type { TargetChange } from '../../../db/posts/target-moves.ts'
import type { TargetRow } from '../../../db/posts/targets.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { WebDeps } from '../../http/env.ts'
import { receiptOf } from '../../posts/receipt.ts'
import type { Formats } from '../../time/formats.ts'

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

export const listedShape = (post: PostEntry): JsonRecord => ({
  id: post.id,
  version: post.version,
  state: post.state,
  text: post.text,
  dueAt: iso(post.dueAt),
  accountIds: post.chosen,
  labels: post.labels,
  targets: post.targets,
  createdAt: post.createdAt.toISOString(),
  updatedAt: post.updatedAt.toISOString(),
})

/** `id` and `version` come first: the ETag is made of them. */
export const postShape = (
  post: PostRow,
  { targets, media, labels }: { targets: TargetRow[]; media: ComposedMedia[]; labels: string[] },
  zone: string,
): JsonRecord => ({
  ...listedShape({
    ...post,
    chosen: Object.keys(post.choices),
    labels,
    targets: targets.map(briefly),
  }),
  link: post.link,
  variants: post.variants,
  accounts: Object.entries(post.choices).map(([accountId, { kind, settings }]) => ({
    accountId,
    kind: kind || null,
    settings,
  })),
  media: media.map(({ id, altText, edits, purgedAt }) => ({
    mediaId: id,
    altText,
    edited: edits !== null,
    gone: purgedAt !== null,
  })),
  zone: post.zone ?? zone,
  review: post.review,
})

const briefly = ({ id, channelId, platform, state }: TargetRow) => ({
  id,
  accountId: channelId,
  platform,
  state,
})

/** What a write did. Has no text, because it is kept. */
export const writtenShape = (
  post: Pick<PostRow, 'id' | 'version' | 'dueAt' | 'review'> & {
    state: PostRow['state'] | 'deleted'
  },
  targets: TargetRow[],
  changes: TargetChange[],
): JsonRecord => ({
  id: post.id,
  version: post.version,
  state: post.state,
  dueAt: iso(post.dueAt),
  review: post.review,
  targets: targets.map((target) => {
    const change = changes.find((one) => one.targetId === target.id)
    return {
      ...briefly(target),
      dueAt: target.dueAt.toISOString(),
      changed: change?.changed ?? false,
      refusal: change?.refusal ?? null,
    }
  }),
})

export const targetShape = (
  deps: WebDeps,
  target: TargetRow,
  attempts: AttemptRow[],
  fmt: Formats,
): JsonRecord => {
  const own = attempts.filter((attempt) => attempt.targetId === target.id)
  const platform = deps.platforms.platforms.get(target.platform)
  const kind = platform?.kinds.find((one) => one.name === target.kind)
  const given = {
    fmt,
    platform: platform?.label ?? target.platform,
    prepareAheadMs: kind?.prepareAheadMs ?? 0,
  }
  return {
    ...briefly(target),
    accountName: target.channelName,
    kind: target.kind,
    stateAt: target.stateAt.toISOString(),
    dueAt: target.dueAt.toISOString(),
    queued: target.queued,
    waitingFor: target.waitingFor,
    problem: target.problem && {
      code: target.problem.code,
      subcode: target.problem.subcode,
      words: target.problem.words,
    },
    platformPostId: target.platformPostId,
    permalink: target.permalink,
    sentAt: iso(target.sentAt),
    publishedAt: iso(target.publishedAt),
    confirmedBy: target.confirmedBy,
    receipt: receiptOf(target, own, given).map(({ name, words, at }) => ({
      name,
      words,
      at: iso(at ?? null),
    })),
    attempts: own.map(({ number, claimedAt, sentAt, endedAt, outcome }) => ({
      number,
      claimedAt: claimedAt.toISOString(),
      sentAt: iso(sentAt),
      endedAt: iso(endedAt),
      outcome,
    })),
  }
}
