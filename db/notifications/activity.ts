import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'

export type ListedEvent = {
  id: string
  name: string
  at: Date
  /** Null if the system did it, or the person has been deleted since. */
  who: string | null
  subjectId: string | null
  /** The name of the person, if the subject is a current member. */
  subjectName: string | null
  /** The post that the event is about, if it still exists. */
  postId: string | null
  facts: JsonRecord
}

/** What the activity log can be limited to. `system`: what CrateSocial did on its own. */
export type ActivityFilter = {
  by: { userId: string } | 'system' | null
  channelId: string | null
  postId: string | null
}

type ActivityPage = {
  filter?: ActivityFilter
  /** The id of the last event on the previous page; ids are ordered by time. */
  before: string | null
  limit: number
}

/** Newest first. An account's events include those of its posts. */
export const listEvents = async (
  sql: Db,
  workspaceId: string,
  { filter, before, limit }: ActivityPage,
): Promise<ListedEvent[]> =>
  await sql<ListedEvent[]>`
    select e.id, e.name, e.at, case when e.facts ? 'client' then coalesce(k.name, 'A client') else u.name end as who, e.subject_id, s.name as subject_name, coalesce(p.id, g.post_id) as post_id,
      e.facts
    from events e left join users u on u.id = e.user_id
      left join client_reviewers k on k.workspace_id = e.workspace_id and k.id = (e.facts ->> 'client')::uuid
      left join memberships m on m.workspace_id = e.workspace_id and m.user_id = e.subject_id
      left join users s on s.id = m.user_id
      left join posts p on p.id = e.subject_id and p.workspace_id = e.workspace_id
      left join targets g on g.id = e.subject_id and g.workspace_id = e.workspace_id
    where e.workspace_id = ${workspaceId} and (${before}::uuid is null or e.id < ${before}::uuid)
      ${filter ? matching(sql, filter) : sql``}
    order by e.id desc limit ${limit}`

const matching = (sql: Db, { by, channelId, postId }: ActivityFilter) => sql`
  ${by === null ? sql`` : by === 'system' ? sql`and e.user_id is null and not e.facts ? 'client'` : sql`and e.user_id = ${by.userId}`}
  ${channelId === null ? sql`` : sql`and (e.subject_id = ${channelId} or g.channel_id = ${channelId})`}
  ${postId === null ? sql`` : sql`and (e.subject_id = ${postId} or e.subject_id in (select id from targets where post_id = ${postId}))`}`
