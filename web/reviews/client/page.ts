import { listChannelsToCompose } from '../../../db/channels/account-facts.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import {
  type LinkedReview,
  listFilesOfPosts,
  listLinkedReviews,
  listPostRows,
  listPreviewTargets,
} from '../../../db/posts/review-links/link-posts.ts'
import { terms } from '../../../db/privacy/terms.ts'
import { usualStyle } from '../../../text/date-style.ts'
import type { WebDeps } from '../../http/env.ts'
import type { View } from '../../http/render.ts'
import { titleOf } from '../../posts/post-title.ts'
import { type Formats, formats } from '../../time/formats.ts'
import { contentDifference } from '../difference.ts'
import { type PreviewSource, previewsOf } from './previews.ts'
import type { Visit } from './visit.ts'

/** What was typed about a post and refused, or that its decision came too late. */
export type RefusedDecision = {
  postId: string
  words: string
  error: string | null
  isChanged: boolean
}

/** Everything that a client sees: what is to review first, by time, then what is decided. */
export const loadClientPage = async (
  deps: WebDeps,
  visit: Visit,
  refused: RefusedDecision | null = null,
): Promise<View> => {
  const { link } = visit
  const reviews = await listLinkedReviews(deps.sql, link.id)
  const ids = reviews.map(({ postId }) => postId)
  const [posts, targets, files] = await Promise.all([
    listPostRows(deps.sql, link.workspaceId, ids),
    listPreviewTargets(deps.sql, link.workspaceId, ids),
    listFilesOfPosts(deps.sql, link.workspaceId, ids),
  ])
  const chosen = [...new Set(posts.flatMap(({ choices }) => Object.keys(choices)))]
  const channels = await listChannelsToCompose(deps.sql, link.workspaceId, chosen)
  const source = { channels, targets, files, base: visit.base, zone: link.zone }
  const fmt = formats({ zone: link.zone, dates: usualStyle }, deps.now())
  const cards = reviews.flatMap((review) => {
    const post = posts.find(({ id }) => id === review.postId)
    return post ? [cardOf(deps, post, review, source, fmt, refused)] : []
  })
  const inGroup = (name: Group) => cards.filter(({ group }) => group === name)
  return {
    ...linkFrameOf(visit, fmt),
    client: link.client,
    count: cards.length,
    approved: inGroup('approved').length,
    groups: [
      { name: 'open', title: 'To review', cards: inGroup('open') },
      { name: 'changes', title: 'Changes requested', cards: inGroup('changes') },
      { name: 'approved', title: 'Approved', cards: inGroup('approved') },
    ],
  }
}

/** What surrounds the page of a link that works. */
export const linkFrameOf = ({ link, base }: Visit, fmt: Formats): View => ({
  base,
  title: link.name,
  workspaceName: link.workspaceName,
  madeBy: link.madeBy,
  zone: link.zone,
  keep: terms.reviewLink,
  until: fmt.date(link.expiresAt),
  times: fmt,
})

type Group = 'open' | 'changes' | 'approved'

const cardOf = (
  deps: WebDeps,
  post: PostRow,
  review: LinkedReview,
  source: PreviewSource,
  fmt: Formats,
  refused: RefusedDecision | null,
) => {
  const { state } = review
  const group: Group = state === 'approved' || state === 'changes' ? state : 'open'
  const previews = previewsOf(deps, post, source)
  const labelOf = (id: string) =>
    source.channels.find((channel) => channel.id === id)?.name ??
    deps.platforms.platforms.get(id)?.label ??
    'an account'
  const isRefused = refused?.postId === post.id
  return {
    group,
    id: post.id,
    seen: review.seen,
    title: titleOf(post.text),
    due: post.dueAt ? fmt.when(post.dueAt) : 'No date yet',
    previews,
    badges: previews.map(({ platform }) => platform),
    picture: previews[0]?.preview.slides[0]?.thumbnail ?? null,
    difference:
      review.content && state !== 'approved'
        ? contentDifference(review.content, review.current, labelOf)
        : null,
    since: review.decision === 'changes' ? 'changes were requested' : 'it was approved',
    decidedBy: review.decidedBy ?? 'The client',
    decidedAt: review.decidedAt ? fmt.when(review.decidedAt) : '',
    words: state === 'changes' ? review.words : '',
    canDecide: review.isOpen && state !== 'approved',
    canUndo:
      review.isOpen && state === 'approved' && review.isHere && review.decision === 'approved',
    typed: isRefused ? refused.words : '',
    error: isRefused ? refused.error : null,
    isChanged: isRefused && refused.isChanged,
    file: (id: string) => `${source.base}/media/${id}/thumbnail`,
  }
}
