import type { OwnPost } from '../../platforms/measurer.ts'
import type { Db } from '../postgres/connect.ts'
import { maybePublishedStates, stateList } from '../posts/target-states.ts'
import { type InsightScope, ofChannels, ofKind } from './insights.ts'
import type { UnfinishedList } from './measured-channels.ts'
import { metricColumns } from './metric-columns.ts'

/**
 * An account's posts that were not made with CrateSocial. Their numbers are written in
 * db/insights/snapshots.ts.
 */

type Listed = { workspaceId: string; channelId: string; posts: OwnPost[]; beganAt: Date; now: Date }

/**
 * Stores listed posts that were not made with CrateSocial. If one of our posts may just have been
 * published and its id isn't known yet, posts from around that time wait for the next list. Locks
 * the account's row, because erasing an account deletes that row first.
 */
export const saveOwnPosts = async (
  sql: Db,
  { workspaceId, channelId, posts, beganAt, now }: Listed,
): Promise<void> => {
  const rows = posts.map((post) => ({
    platform_post_id: post.platformPostId,
    other_ids: post.otherIds,
    kind: post.kind,
    text: post.text,
    permalink: post.permalink,
    published_at: post.publishedAt.toISOString(),
  }))
  await sql`
    with measured as (
      select coalesce(first_listed_at, ${beganAt}) as first_listed_at from measured_channels
      where channel_id = ${channelId} and workspace_id = ${workspaceId} for share)
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, other_ids, kind, text, permalink, published_at, next_at, predates)
    select ${workspaceId}, ${channelId}, n.platform_post_id, n.other_ids, n.kind, n.text, n.permalink, n.published_at, ${now},
      n.published_at < measured.first_listed_at
    from measured, jsonb_to_recordset(${sql.json(rows)}) as n(platform_post_id text, other_ids text[], kind text, text text,
      permalink text, published_at timestamptz)
    where exists (select from channels c where c.id = ${channelId} and c.state = 'connected')
      and not exists (select from targets t where t.channel_id = ${channelId}
        and t.platform_post_id = any(array_append(n.other_ids, n.platform_post_id)))
      and not exists (select from targets t where t.channel_id = ${channelId} and t.platform_post_id is null
        and t.state in ${stateList(sql, maybePublishedStates)}
        and t.due_at between n.published_at - interval '1 day' and n.published_at + interval '1 day')
    on conflict (channel_id, platform_post_id) do nothing`
}

/**
 * Deletes posts that turned out to be ours when their id became known, and takes their growth out
 * of the days, because it is counted with our own post. Each reading was counted on a day of the
 * zone that the workspace had then. Compares ids with `=`, which stays fast for many posts.
 *
 * Locks rows of `channel_days` before those of `format_days`, like savePostSnapshots: PostgreSQL
 * runs a statement before the parts of its `with` that it doesn't read.
 */
export const dropOurs = async (sql: Db, channelId: string): Promise<void> => {
  const each = (words: (metric: string) => string) =>
    sql.unsafe(metricColumns.map(words).join(', '))
  await sql`
    with ids as (
      select e.id, one.platform_post_id from elsewhere_posts e
        cross join lateral unnest(array_append(e.other_ids, e.platform_post_id)) as one(platform_post_id)
      where e.channel_id = ${channelId}),
    ours as (
      delete from elsewhere_posts where id in (
        select ids.id from ids join targets t on t.channel_id = ${channelId} and t.platform_post_id = ids.platform_post_id)
      returning id, workspace_id, channel_id, kind, predates),
    grown as (
      select o.kind, (s.taken_at at time zone coalesce(
          (select one ->> 'zone' from jsonb_array_elements(w.earlier_zones) one
            where (one ->> 'until')::timestamptz > s.taken_at order by (one ->> 'until')::timestamptz limit 1),
          w.zone))::date as day,
        ${each((name) => `sum(s.${name} - case when o.predates then b.${name} else coalesce(b.${name}, 0) end) as ${name}`)}
      from ours o join workspaces w on w.id = o.workspace_id join snapshots s on s.elsewhere_id = o.id
        left join lateral (
          select ${each((name) => `(array_agg(p.${name} order by p.taken_at desc) filter (where p.${name} is not null))[1] as ${name}`)}
          from snapshots p where p.elsewhere_id = s.elsewhere_id and p.taken_at < s.taken_at) b on true
      group by 1, 2),
    own as (
      select kind, day, name, gain from own_gains_from_readings(array[${channelId}::uuid], array(select id from ours), null)
      where is_other),
    of_formats as (
      update format_days d set ${each((name) => `other_${name} = d.other_${name} - coalesce(g.${name}, 0)`)},
        other_more = add_numbers(d.other_more, coalesce((
          select jsonb_object_agg(own.name, -own.gain) from own where own.kind = g.kind and own.day = g.day and d.other_more ? own.name), '{}'))
      from grown g where d.channel_id = ${channelId} and d.kind = g.kind and d.day = g.day)
    update channel_days d set ${each((name) => `other_${name} = d.other_${name} - coalesce(g.${name}, 0)`)},
      other_more = add_numbers(d.other_more, coalesce((select jsonb_object_agg(o.name, o.lost) from (
        select own.name, -sum(own.gain) as lost from own where own.day = g.day and d.other_more ? own.name group by 1) o), '{}'))
    from (select day, ${each((name) => `sum(${name}) as ${name}`)} from grown group by 1) g
    where d.channel_id = ${channelId} and d.day = g.day`
}

/** Records that a page was read. The next run continues with the page after it. */
export const notePage = async (
  sql: Db,
  channelId: string,
  list: UnfinishedList,
  now: Date,
): Promise<void> => {
  await sql`
    update measured_channels set list_from = ${list.from}, list_began_at = ${list.beganAt}, list_next = ${list.next},
      list_at = ${now}, first_listed_at = coalesce(first_listed_at, ${list.beganAt})
    where channel_id = ${channelId}`
}

/** Records that the list is complete. `complete`: the time up to which everything was listed. */
export const noteListed = async (
  sql: Db,
  channelId: string,
  listAt: Date,
  complete: Date,
): Promise<void> => {
  await sql`
    update measured_channels set list_at = ${listAt}, listed_at = ${complete}, list_from = null, list_began_at = null, list_next = null,
      first_listed_at = coalesce(first_listed_at, ${complete})
    where channel_id = ${channelId}`
}

/** `any`: whether there are such posts. `unread`: how many wait for their first reading. */
export type ElsewhereCount = { any: boolean; unread: number }

/**
 * The posts of these accounts that were not made with CrateSocial. Always one row. `exists` would
 * read the table instead of its index, and all of it if no post has the format.
 */
export const countElsewhere = (sql: Db, scope: InsightScope): Promise<ElsewhereCount[]> => {
  const { workspaceId } = scope
  const own = sql`${ofChannels(sql, scope)} ${ofKind(sql, scope)}`
  return sql<ElsewhereCount[]>`
    select coalesce((select true from elsewhere_posts where workspace_id = ${workspaceId} ${own}
        order by published_at limit 1), false) as any,
      (select count(*)::int from elsewhere_posts where workspace_id = ${workspaceId} ${own}
        and taken_at is null and next_at is not null) as unread`
}
