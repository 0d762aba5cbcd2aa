import type { Db } from '../../postgres/connect.ts'
import { asJson, fromJson } from '../../postgres/json-rows.ts'
import type { CalendarPicture } from '../calendar/pictures.ts'
import { pictureOf } from '../calendar/pictures.ts'
import { stateList, unsentStates } from '../target-states.ts'
import type { DecisionName } from './decisions.ts'
import type { ReviewStage, ReviewState } from './states.ts'

/** A post on the Reviews page. */
export type ReviewedPost = {
  id: string
  version: number
  postState: 'draft' | 'scheduled'
  /** The beginning of its text. */
  text: string
  dueAt: Date | null
  author: string | null
  editor: string | null
  platforms: string[]
  picture: CalendarPicture | null
  /** Null if nobody asked for approval yet. The rest is null then, too. */
  state: ReviewState | null
  stage: ReviewStage | null
  askedAt: Date | null
  toldAt: Date | null
  heldAt: Date | null
  /** Whether its content differs from the one at the latest decision. */
  isChanged: boolean | null
  decision: DecisionName | null
  decidedBy: string | null
  decidedAt: Date | null
  words: string | null
}

/** The most posts that are listed for each state. */
const mostListed = 60

/**
 * Posts that are reviewed and haven't gone out, and those that would need approval and for which
 * nobody asked, by time. With a span, only those due in it.
 */
export const listReviews = async (
  sql: Db,
  workspaceId: string,
  span: { from: Date; to: Date } | null,
): Promise<ReviewedPost[]> => {
  const inSpan = span ? sql`and p.due_at >= ${span.from} and p.due_at < ${span.to}` : sql``
  const isAhead = sql`(p.state = 'draft' or exists (
    select from targets t where t.post_id = p.id and t.state in ${stateList(sql, unsentStates)}))`
  const found = sql`(
    with mine as (
      select p.*, r.state as review_state, r.stage, r.asked_at, r.told_at, r.held_at,
        r.state <> 'approved' and r.content is not null and r.content - 'accounts' is distinct from content_of_post(p.id) as is_changed,
        row_number() over (partition by r.state order by p.due_at nulls last, p.id) as nth
      from reviews r join posts p on p.id = r.post_id
      where r.workspace_id = ${workspaceId} and p.state <> 'discarded' and ${isAhead} ${inSpan}
      union all
      select p.*, null, null, null, null, null, null, row_number() over (order by p.due_at nulls last, p.updated_at desc)
      from posts p join workspaces w on w.id = p.workspace_id
      where p.workspace_id = ${workspaceId} and p.state = 'draft' and w.review_of <> 'off' and needs_review(p.id)
        and not exists (select from reviews r where r.post_id = p.id) ${inSpan}),
    listed as (select * from mine where nth <= ${mostListed})
    select listed.id, listed.version, listed.state as post_state, left(listed.text, 200) as text, listed.due_at, u.name as author,
      coalesce(listed.edited_by, listed.created_by) as editor,
      array(select distinct c.platform from channels c where c.workspace_id = ${workspaceId}
        and listed.choices ? c.id::text order by c.platform) as platforms,
      ${pictureOf(sql, workspaceId)} as picture, listed.review_state as state, listed.stage, listed.asked_at, listed.told_at,
      listed.held_at, listed.is_changed, d.decision, d.name as decided_by, d.decided_at, d.words
    from listed left join users u on u.id = listed.created_by left join lateral (
      select d.decision, d.decided_at, d.words, coalesce(w.name, k.name, case when d.by_client then 'The client' end) as name
      from review_decisions d left join users w on w.id = d.user_id left join client_reviewers k on k.id = d.reviewer_id
      where d.post_id = listed.id order by d.decided_at desc limit 1) d on true
    order by listed.due_at nulls last, listed.id)`
  const [row] = await sql<{ posts: Record<string, unknown>[] }[]>`
    select ${asJson(sql, found)} as posts`
  return (row?.posts ?? []).map((post) =>
    fromJson<ReviewedPost>(post, ['dueAt', 'askedAt', 'toldAt', 'heldAt', 'decidedAt']),
  )
}
