import type { Db } from '../../postgres/connect.ts'
import { fileColumns, type Media } from '../media.ts'
import { type PostRow, postColumns } from '../posts.ts'
import type { DecisionName } from '../reviews/decisions.ts'
import type { ReviewedContent } from '../reviews/reviews.ts'
import type { ReviewState } from '../reviews/states.ts'
import { stateList, unsentStates } from '../target-states.ts'
import type { TargetRow } from '../targets.ts'

/**
 * Whether the link `l` of the workspace `w` shows the post `p` with the review `r`: clients see what
 * they are asked about, not what the team still works on or has edited since. Nothing, once only the
 * team approves.
 */
export const inLink = (sql: Db) => sql`
  p.workspace_id = l.workspace_id and p.state <> 'discarded' and r.stage = 'client' and w.review_stages <> 'team'
  and r.state <> 'edited' and (r.state <> 'changes' or r.content - 'accounts' = content_of_post(p.id)) and case when l.from_day is null
    then exists (select from review_link_posts q where q.link_id = l.id and q.post_id = p.id)
    else p.due_at >= l.from_day::timestamp at time zone w.zone and p.due_at < (l.to_day + 1)::timestamp at time zone w.zone
      and (l.channel_ids = '{}' or p.choices ?| l.channel_ids::text[]) end`

const ofLink = (sql: Db, linkId: string) => sql`
  from review_links l join workspaces w on w.id = l.workspace_id join posts p on p.workspace_id = l.workspace_id
    join reviews r on r.post_id = p.id
  where l.id = ${linkId} and ${inLink(sql)}`

/** The review of a post as a client sees it. */
export type LinkedReview = {
  postId: string
  state: ReviewState
  stateAt: Date
  round: number
  /** Identifies the round, whether changes were requested in it, and exactly what is shown. */
  seen: string
  /** Whether something of it hasn't gone out. */
  isOpen: boolean
  /** The post at the latest decision, and as it is now. */
  content: ReviewedContent | null
  current: ReviewedContent
  decision: DecisionName | null
  decidedAt: Date | null
  /** Null if the one who decided is gone. */
  decidedBy: string | null
  words: string | null
  /** A client decided by this link. */
  isHere: boolean
}

/** The most posts that the page of a link shows. */
export const linkPostsMax = 100

const seenOf = (sql: Db) => sql`
  r.round || case r.state when 'changes' then '.changes.' else '.' end || encode(sha256(convert_to(approved_content(p.id)::text, 'UTF8')), 'hex')`

/** The posts of a link by time. `postId`: only this one, if the link shows it. */
export const listLinkedReviews = (
  sql: Db,
  linkId: string,
  postId: string | null = null,
): Promise<LinkedReview[]> => sql<LinkedReview[]>`
  select shown.*, d.decision, d.decided_at, d.who as decided_by, d.words, coalesce(d.link_id = ${linkId}, false) as is_here
  from (
    select p.id as post_id, p.due_at, r.state, r.state_at, r.round, ${seenOf(sql)} as seen, r.content, content_of_post(p.id) as current,
      p.state = 'draft' or exists (
        select from targets t where t.post_id = p.id and t.state in ${stateList(sql, unsentStates)}) as is_open
    ${ofLink(sql, linkId)} and (${postId}::uuid is null or p.id = ${postId})
    order by p.due_at nulls last, p.id limit ${linkPostsMax}) shown
  left join lateral (
    select d.decision, d.decided_at, d.words, coalesce(u.name, k.name) as who, k.link_id
    from review_decisions d left join users u on u.id = d.user_id left join client_reviewers k on k.id = d.reviewer_id
    where d.post_id = shown.post_id order by d.decided_at desc, d.id desc limit 1) d on true
  order by shown.due_at nulls last, shown.post_id`

/** Several posts with what previews need, as of one moment. */
export const listPostRows = (
  sql: Db,
  workspaceId: string,
  postIds: string[],
): Promise<PostRow[]> => sql<PostRow[]>`
  select ${postColumns(sql)} from posts where workspace_id = ${workspaceId} and id = any(${postIds}::uuid[])`

export type PreviewTarget = Pick<
  TargetRow,
  'postId' | 'channelId' | 'kind' | 'text' | 'link' | 'settings' | 'dueAt' | 'state'
>

export const listPreviewTargets = (
  sql: Db,
  workspaceId: string,
  postIds: string[],
): Promise<PreviewTarget[]> => sql<PreviewTarget[]>`
  select post_id, channel_id, kind, text, link, settings, due_at, state from targets
  where workspace_id = ${workspaceId} and post_id = any(${postIds}::uuid[])`

export type FileOfPost = Media & {
  postId: string
  edits: ReviewedContent['media'][number]['edits']
}

/** The files of several posts, in their order. Their alt texts are those of the posts. */
export const listFilesOfPosts = (
  sql: Db,
  workspaceId: string,
  postIds: string[],
): Promise<FileOfPost[]> => sql<FileOfPost[]>`
  select ${fileColumns(sql)}, pm.alt_text, pm.edits, pm.post_id from post_media pm join media m on m.id = pm.media_id
  where pm.workspace_id = ${workspaceId} and pm.post_id = any(${postIds}::uuid[]) order by pm.post_id, pm.position`

/**
 * A file, if a post of the link has it or had it at its latest decision, so that a client can compare
 * both.
 */
export const findLinkedFile = async (
  sql: Db,
  linkId: string,
  mediaId: string,
): Promise<Media | null> => {
  const [row] = await sql<Media[]>`
    select ${fileColumns(sql)}, m.alt_text from media m
    where m.id = ${mediaId} and m.purged_at is null and exists (
      select ${ofLink(sql, linkId)} and m.workspace_id = l.workspace_id and (
        exists (select from post_media pm where pm.post_id = p.id and pm.media_id = m.id)
        or r.content -> 'media' @> jsonb_build_array(jsonb_build_object('id', m.id))))`
  return row ?? null
}

/** Whether a post of the link is for this account. */
export const isLinkedAccount = async (
  sql: Db,
  linkId: string,
  channelId: string,
): Promise<boolean> => {
  const rows = await sql`select ${ofLink(sql, linkId)} and p.choices ? ${channelId} limit 1`
  return rows.length > 0
}
