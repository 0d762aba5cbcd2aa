import type { Db } from '../postgres/connect.ts'
import type { TargetState } from './target-states.ts'
import { retryableStates, stateList } from './target-states.ts'

/** A post with the same content, on the same account, at about the same time. */
export type EqualPost = { postId: string; channelId: string; dueAt: Date; state: TargetState }

const withinHours = 24

/**
 * Locks the search for equal posts in this workspace until the transaction ends, so that of two
 * parallel requests, the second sees the first.
 */
export const lockEqualPosts = async (t: Db, workspaceId: string): Promise<void> => {
  await t`select pg_advisory_xact_lock(hashtextextended('equal posts ' || ${workspaceId}, 0))`
}

/**
 * For each account, the nearest other post of the same kind with the same text, link, first comment
 * and files within a day before or after its time there. Ignores refused, missed and canceled posts. Files are
 * compared by their bytes, edits and order: another crop of a picture is another picture. All else
 * that a post carries (people, place, cover, labels) makes no other post of it.
 */
export const listEqualPosts = (
  sql: Db,
  post: {
    workspaceId: string
    /** Null for a new post. */
    postId: string | null
    /** `edits`: as `canonicalEdits` writes them. */
    media: { id: string; edits: string }[]
    targets: {
      channelId: string
      kind: string
      text: string
      link: string | null
      firstComment: string
      dueAt: Date
    }[]
  },
): Promise<EqualPost[]> => sql<EqualPost[]>`
  with wanted as (
    select channel_id, kind, text, link, first_comment, due_at from unnest(${post.targets.map((one) => one.channelId)}::uuid[],
      ${post.targets.map((one) => one.kind)}::text[], ${post.targets.map((one) => one.text)}::text[],
      ${post.targets.map((one) => one.link)}::text[], ${post.targets.map((one) => one.firstComment)}::text[],
      ${post.targets.map((one) => one.dueAt.toISOString())}::timestamptz[])
      as w (channel_id, kind, text, link, first_comment, due_at)),
  files as (
    select coalesce(array_agg(m.sha256 order by w.position), '{}') as hashes,
      coalesce(array_agg(w.edits::jsonb order by w.position), '{}') as edits
    from unnest(${post.media.map(({ id }) => id)}::uuid[],
      ${post.media.map(({ edits }) => edits || null)}::text[]) with ordinality as w (id, edits, position)
      join media m on m.id = w.id and m.workspace_id = ${post.workspaceId})
  select distinct on (t.channel_id) t.post_id, t.channel_id, t.due_at, t.state
  from wanted join targets t on t.channel_id = wanted.channel_id and t.kind = wanted.kind and t.text = wanted.text
    and t.link is not distinct from wanted.link and coalesce(t.settings ->> 'first_comment', '') = wanted.first_comment, files
  where t.workspace_id = ${post.workspaceId} and t.post_id is distinct from ${post.postId}
    and t.state not in ${stateList(sql, retryableStates)}
    and t.due_at > wanted.due_at - make_interval(hours => ${withinHours})
    and t.due_at < wanted.due_at + make_interval(hours => ${withinHours})
    and (files.hashes, files.edits) = (
      select coalesce(array_agg(m.sha256 order by pm.position), '{}'), coalesce(array_agg(pm.edits order by pm.position), '{}')
      from post_media pm join media m on m.id = pm.media_id where pm.post_id = t.post_id)
  order by t.channel_id, abs(extract(epoch from t.due_at - wanted.due_at))`
