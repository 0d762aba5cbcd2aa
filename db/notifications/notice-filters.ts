import type { Db } from '../postgres/connect.ts'
import type { Fragment } from '../postgres/json-rows.ts'
import { attentionStates, stateList } from '../posts/target-states.ts'

/** Which notices a list shows. `attention`: what they are about still needs attention. */
export type NoticeFilter = { show: 'all' | 'unread' | 'attention'; channelId: string | null }

/**
 * The condition of a filter, for `noticeTables`. What needs attention is what Today lists
 * (db/notifications/needs.ts), but a dismissed connection counts until it is reconnected.
 */
export const noticesShown = (
  sql: Db,
  { show, channelId }: NoticeFilter,
  now: Date,
): Fragment => sql`
  ${show === 'unread' ? sql`n.seen_at is null` : show === 'attention' ? needsAttention(sql, now) : sql`true`}
  and ${channelId ? isAbout(sql, channelId) : sql`true`}`

/** Notices about a whole connection are about each of its accounts. */
const isAbout = (sql: Db, channelId: string) => sql`(
  c.id = ${channelId} or (n.channel_id is null and n.target_id is null
    and n.grant_id = (select grant_id from channels where id = ${channelId})))`

const needsAttention = (sql: Db, now: Date) => sql`case
  when n.kind in ${stateList(sql, attentionStates)} then t.state in ${stateList(sql, attentionStates)} and t.finished_at is null
  when n.kind = 'comment' then t.state = 'published' and t.comment_state in ('failed', 'unconfirmed')
  when n.kind in ('ended', 'asked') then exists (
    select from channels lost join grants own on own.id = lost.grant_id
    where own.id = g.id and (n.channel_id is null or lost.id = n.channel_id)
      and (lost.state = 'reconnect' or (lost.state = 'connected' and own.state = 'reauthorize')))
  when n.kind = 'ending' then g.state = 'active' and g.dismissed_end is null
    and coalesce(g.refresh_expires_at, least(g.expires_at, g.data_access_expires_at))
      between ${now} and ${now}::timestamptz + interval '14 days'
  else false end`
