import type postgres from 'postgres'
import type { Edits } from '../../../media/edits.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import { enqueue } from '../../notifications/outbox.ts'
import type { Db } from '../../postgres/connect.ts'
import type { HeldPost } from '../post-locks.ts'
import { stateList, unsentStates } from '../target-states.ts'
import type { ReviewStage, ReviewState } from './states.ts'

/** What people approve. `accounts`: what each account gets, by channel id. */
export type ReviewedContent = {
  text: string
  link: string | null
  variants: Record<string, string>
  choices: Record<string, { kind: string; settings: JsonRecord }>
  media: { id: string; alt: string; edits: Edits | null }[]
}

export type Review = {
  postId: string
  state: ReviewState
  stateAt: Date
  stage: ReviewStage
  round: number
  askedAt: Date
  askedBy: string | null
  heldAt: Date | null
  /** The post at the latest decision. Null before the first one. */
  content: ReviewedContent | null
  /** The post as it is now. */
  current: ReviewedContent
  /** Whether the workspace requires approval of this post, so that nobody can withdraw the review. */
  isRequired: boolean
  /** Who edited the post last. */
  editor: string | null
}

type Transaction = postgres.TransactionSql
type PostRef = { workspaceId: string; postId: string }

/** At most one row. */
const selectReview = (sql: Db, ref: PostRef): Promise<Review[]> => sql<Review[]>`
  select r.post_id, r.state, r.state_at, r.stage, r.round, r.asked_at, u.name as asked_by, r.held_at, r.content,
    content_of_post(r.post_id) as current, needs_review(r.post_id) as is_required, coalesce(p.edited_by, p.created_by) as editor
  from reviews r join posts p on p.id = r.post_id left join users u on u.id = r.asked_by
  where r.workspace_id = ${ref.workspaceId} and r.post_id = ${ref.postId}`

export const findReview = async (sql: Db, ref: PostRef): Promise<Review | null> =>
  (await selectReview(sql, ref))[0] ?? null

/** The content of a post, to be compared by `noteEdit`. As JSON text. */
export const readContent = async (
  t: Db,
  post: { workspaceId: string; id: string },
): Promise<string> => {
  const [row] = await t<{ content: string }[]>`
    select content_of_post(id)::text as content from posts where id = ${post.id} and workspace_id = ${post.workspaceId}`
  return row?.content ?? '{}'
}

/**
 * After an edit: if the content differs from what it was, notes who changed it, and an approval is
 * void, also that of the team while the client is asked. Scheduling the post asks again.
 */
export const noteEdit = async (
  t: Db,
  { workspaceId, postId, userId }: PostRef & { userId: string },
  before: string,
): Promise<void> => {
  await t`
    with edited as (
      update posts set edited_by = ${userId}
      where id = ${postId} and workspace_id = ${workspaceId} and content_of_post(id) is distinct from ${before}::text::jsonb
      returning id)
    update reviews r set state = 'edited', state_at = now() from edited, workspaces w
    where r.post_id = edited.id and w.id = r.workspace_id
      and (r.state = 'approved' or (r.state = 'waiting' and r.stage = 'client' and w.review_stages = 'both'))`
}

/**
 * Asks for approval if someone wants it (`isAsked`), if the workspace requires it, or if the post
 * was reviewed before. What was approved stays approved if its content is the same, and a review
 * that waits goes on. Call it after the targets were scheduled. Null if there is no review.
 */
export const askForReview = async (
  t: Transaction,
  post: HeldPost,
  { isAsked }: { isAsked: boolean },
): Promise<ReviewState | null> => {
  const isKept = t`not ${isAsked}::boolean and (reviews.state = 'waiting' or (
    reviews.state = 'approved' and reviews.content - 'accounts' = content_of_post(reviews.post_id)))`
  const [row] = await t<{ state: ReviewState }[]>`
    insert into reviews (post_id, workspace_id, stage, asked_by)
    select p.id, p.workspace_id, case w.review_stages when 'client' then 'client' else 'team' end, coalesce(p.edited_by, p.created_by)
    from posts p join workspaces w on w.id = p.workspace_id
    where p.id = ${post.id} and (${isAsked} or needs_review(p.id) or exists (select from reviews r where r.post_id = p.id))
    on conflict (post_id) do update set
      content = case when reviews.state = 'approved' and ${isKept} then approved_content(reviews.post_id) else reviews.content end,
      state_at = case when ${isKept} then reviews.state_at else now() end,
      state = case when ${isKept} then reviews.state else 'waiting' end,
      stage = case when ${isKept} then reviews.stage else excluded.stage end,
      round = case when ${isKept} then reviews.round else reviews.round + 1 end,
      asked_by = case when ${isKept} then reviews.asked_by else excluded.asked_by end,
      asked_at = case when ${isKept} then reviews.asked_at else now() end,
      told_at = case when ${isKept} then reviews.told_at end,
      steps = case when ${isKept} then reviews.steps else '{}' end,
      held_at = case when ${isKept} then reviews.held_at end
    returning state`
  await enqueueReview(t, post)
  return row?.state ?? null
}

/**
 * Asks for approval of every post of the workspace that now needs it and hasn't gone out, for after
 * the settings have changed. Returns how many there are.
 */
export const askForAll = async (t: Transaction, workspaceId: string): Promise<number> => {
  const rows = await t`
    with asked as (
      insert into reviews (post_id, workspace_id, stage, asked_by)
      select p.id, p.workspace_id, case w.review_stages when 'client' then 'client' else 'team' end, coalesce(p.edited_by, p.created_by)
      from posts p join workspaces w on w.id = p.workspace_id
      where p.workspace_id = ${workspaceId} and p.state = 'scheduled' and needs_review(p.id) and exists (
        select from targets t where t.post_id = p.id and t.state in ${stateList(t, unsentStates)})
      on conflict (post_id) do nothing returning post_id)
    insert into outbox (kind, ref_id) select 'review', post_id from asked returning id`
  return rows.count
}

/**
 * After who approves has changed: what isn't approved yet goes to those who are asked now. With
 * both stages, the client goes on only with what the team has approved as it is. An approval
 * stands. Call it after the settings have changed. Returns how many reviews have gone to others.
 */
export const moveStages = async (t: Transaction, workspaceId: string): Promise<number> => {
  const rows = await t`
    with wanted as (
      select r.post_id, case when w.review_stages = 'client' then 'client'
        when w.review_stages = 'both' and r.stage = 'client' and r.content - 'accounts' = content_of_post(r.post_id) and exists (
          select from review_decisions d where d.post_id = r.post_id and d.stage = 'team' and d.decision = 'approved' and d.round = r.round - 1)
        then 'client' else 'team' end as stage
      from reviews r join workspaces w on w.id = r.workspace_id
      where r.workspace_id = ${workspaceId} and r.state <> 'approved'),
    moved as (
      update reviews r set stage = wanted.stage, round = r.round + 1, told_at = null, steps = '{}'
      from wanted where r.post_id = wanted.post_id and r.stage <> wanted.stage returning r.post_id)
    insert into outbox (kind, ref_id) select 'review', post_id from moved returning id`
  return rows.count
}

/**
 * Lets the workflow of a review read it again. A held post that got a later time waits for its
 * approval again. Does nothing for a post without a review.
 */
export const reviewMoved = async (t: Transaction, post: HeldPost): Promise<void> => {
  await t`
    update reviews r set state = 'waiting', state_at = now()
    where r.post_id = ${post.id} and r.state = 'held' and exists (
      select from targets t where t.post_id = r.post_id and t.state in ${stateList(t, unsentStates)} and t.due_at > r.held_at)`
  await enqueueReview(t, post)
}

const enqueueReview = async (t: Transaction, post: HeldPost): Promise<void> => {
  const { count } = await t`select from reviews where post_id = ${post.id} and state <> 'approved'`
  if (count > 0) await enqueue(t, 'review', post.id)
}
