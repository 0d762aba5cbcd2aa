import type { Db } from '../postgres/connect.ts'
import type { PostRow } from '../posts/posts.ts'
import type { TargetState } from '../posts/target-states.ts'

/** A post in the list of the API, with the states of its targets. */
export type PostEntry = Pick<
  PostRow,
  'id' | 'version' | 'text' | 'dueAt' | 'createdAt' | 'updatedAt'
> & {
  state: 'draft' | 'scheduled'
  /** The accounts that were chosen for a draft. */
  chosen: string[]
  /** The ids of its labels. */
  labels: string[]
  targets: { id: string; accountId: string; platform: string; state: TargetState }[]
}

/** What to list. Null doesn't limit anything. */
export type PostsWanted = {
  workspaceId: string
  state: 'draft' | 'scheduled' | null
  channelId: string | null
  labelId: string | null
  dueFrom: Date | null
  dueTo: Date | null
  /** The last id of the page before. */
  after: string | null
  limit: number
}

/** The posts of a workspace, newest first. */
export const listNewestPosts = (sql: Db, wanted: PostsWanted): Promise<PostEntry[]> => sql<
  PostEntry[]
>`
  select p.id, p.version, p.state, p.text, p.due_at, p.created_at, p.updated_at,
    array(select jsonb_object_keys(p.choices)) as chosen,
    array(select pl.label_id from post_labels pl where pl.post_id = p.id and pl.workspace_id = p.workspace_id order by pl.label_id) as labels,
    coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'accountId', t.channel_id, 'platform', t.platform, 'state', t.state)
      order by t.platform, t.id) from targets t where t.post_id = p.id and t.workspace_id = p.workspace_id), '[]') as targets
  from posts p
  where p.workspace_id = ${wanted.workspaceId} and p.state <> 'discarded'
    ${wanted.after ? sql`and p.id < ${wanted.after}` : sql``}
    ${wanted.state ? sql`and p.state = ${wanted.state}` : sql``}
    ${wanted.dueFrom ? sql`and p.due_at >= ${wanted.dueFrom}` : sql``}
    ${wanted.dueTo ? sql`and p.due_at < ${wanted.dueTo}` : sql``}
    ${wanted.channelId ? sql`and p.choices ? ${wanted.channelId}` : sql``}
    ${wanted.labelId ? sql`and exists (select from post_labels pl where pl.post_id = p.id and pl.workspace_id = p.workspace_id and pl.label_id = ${wanted.labelId})` : sql``}
  order by p.id desc limit ${wanted.limit}`
