import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

export const noticeKinds = ['failed', 'unconfirmed', 'missed', 'canceled', 'ending', 'ended', 'disconnected'] as const
export type NoticeKind = (typeof noticeKinds)[number]

export type NewNotice = {
  workspaceId: string
  kind: NoticeKind
  /** What happened: told once for each. */
  cause: string
  targetId?: string
  channelId?: string
  grantId?: string
  /** Times and counts only. */
  facts?: JsonRecord
  /** Admins, the author of the target's post, or both. */
  to: 'admins' | 'author' | 'both'
}

// promise: U4
/**
 * Tells everybody concerned, once for each cause however often it is called, and hands the mails to the relay. Call it in the
 * transaction of what happened.
 */
export const notify = async (sql: Db, notice: NewNotice): Promise<void> => {
  const { workspaceId, kind, cause, targetId = null, channelId = null, grantId = null, to } = notice
  await sql`
    with concerned as (
      select u.id, ${kind} = any(u.notices_by_mail) as by_mail
      from memberships m join users u on u.id = m.user_id
      where m.workspace_id = ${workspaceId} and u.deactivated_at is null and (
        (${to} in ('admins', 'both') and m.role = 'admin')
        or (${to} in ('author', 'both') and u.id = (
          select p.created_by from targets t join posts p on p.id = t.post_id where t.id = ${targetId})))),
    told as (
      insert into notices (workspace_id, user_id, kind, cause, target_id, channel_id, grant_id, facts, by_mail)
      select ${workspaceId}, id, ${kind}, ${cause}, ${targetId}, ${channelId}, ${grantId}, ${sql.json(notice.facts ?? {})}, by_mail
      from concerned
      on conflict on constraint notices_once do nothing
      returning id, by_mail)
    insert into outbox (kind, ref_id) select 'notice', id from told where by_mail`
}

/** With what its words are made of, as it stands now. */
export type Notice = {
  id: string
  kind: NoticeKind
  createdAt: Date
  seenAt: Date | null
  facts: JsonRecord
  workspaceName: string
  slug: string
  zone: string
  /** The post, when it is about one. */
  postId: string | null
  text: string | null
  dueAt: Date | null
  problemWords: string | null
  waitingFor: string | null
  channelName: string | null
  platform: string | null
  grantId: string | null
  issuer: string | null
  grantName: string | null
}

export type NoticeToMail = Notice & { email: string; userName: string }

const columns = (sql: Db) => sql`
  n.id, n.kind, n.created_at, n.seen_at, n.facts, w.name as workspace_name, w.slug, w.zone, t.post_id, left(t.text, 120) as text, t.due_at,
  t.problem ->> 'words' as problem_words, t.waiting_for, c.name as channel_name, c.platform, g.id as grant_id, g.issuer, g.user_name as grant_name`

const tables = (sql: Db) => sql`
  notices n join workspaces w on w.id = n.workspace_id left join targets t on t.id = n.target_id
  left join channels c on c.id = coalesce(n.channel_id, t.channel_id) left join grants g on g.id = coalesce(n.grant_id, c.grant_id)`

/** The person's own, newest first. */
export const listNotices = (sql: Db, ref: { workspaceId: string; userId: string }, limit: number): Promise<Notice[]> =>
  sql<Notice[]>`
    select ${columns(sql)} from ${tables(sql)}
    where n.user_id = ${ref.userId} and n.workspace_id = ${ref.workspaceId} order by n.id desc limit ${limit}`

export const countUnseenNotices = async (sql: Db, ref: { workspaceId: string; userId: string }): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from notices where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at is null`
  return row?.count ?? 0
}

export const markNoticesSeen = async (sql: Db, ref: { workspaceId: string; userId: string }, at: Date): Promise<void> => {
  await sql`
    update notices set seen_at = ${at}
    where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at is null`
}

/** Null when it was mailed, need not be, or nobody is there to read it. */
export const findNoticeToMail = async (sql: Db, id: string): Promise<NoticeToMail | null> => {
  const [row] = await sql<NoticeToMail[]>`
    select ${columns(sql)}, u.email, u.name as user_name
    from ${tables(sql)} join users u on u.id = n.user_id
      join memberships m on m.user_id = u.id and m.workspace_id = n.workspace_id
    where n.id = ${id} and n.by_mail and n.mailed_at is null and u.deactivated_at is null`
  return row ?? null
}

/** How long one letter may take: what was being mailed by a process that died is mailed by another afterwards. */
const mailingMinutes = 2

/**
 * promise: U4: takes the notice for mailing, so that two who were told of it send one letter. `done`: it was mailed, need not be, or nobody
 * is there to read it.
 */
export const claimMailing = async (sql: Db, id: string, at: Date): Promise<'mine' | 'busy' | 'done'> => {
  const claimed = await sql`
    update notices set mailing_until = ${at}::timestamptz + make_interval(mins => ${mailingMinutes})
    where id = ${id} and by_mail and mailed_at is null and (mailing_until is null or mailing_until <= ${at})`
  if (claimed.count > 0) return 'mine'
  const waiting = await sql`select from notices where id = ${id} and by_mail and mailed_at is null`
  return waiting.count > 0 ? 'busy' : 'done'
}

/** The letter was not taken: whoever tries next need not wait. */
export const releaseMailing = async (sql: Db, id: string): Promise<void> => {
  await sql`update notices set mailing_until = null where id = ${id}`
}

export const markMailed = async (sql: Db, id: string, at: Date): Promise<void> => {
  await sql`update notices set mailed_at = ${at}, mailing_until = null where id = ${id}`
}

export const chooseMailedNotices = async (sql: Db, userId: string, kinds: NoticeKind[]): Promise<void> => {
  await sql`update users set notices_by_mail = ${kinds} where id = ${userId}`
}

export const findMailedNotices = async (sql: Db, userId: string): Promise<NoticeKind[]> => {
  const [row] = await sql<{ kinds: NoticeKind[] }[]>`select notices_by_mail as kinds from users where id = ${userId}`
  return row?.kinds ?? []
}

export type PostAtRisk = { postId: string; text: string; dueAt: Date; channelName: string; platform: string }

/** Those that are due at or after a moment, or those of accounts that are lost already. */
export type Risk = Date | 'lost'

const isAtRisk = (sql: Db, grantId: string, risk: Risk) => sql`
  c.grant_id = ${grantId} and t.state in ('scheduled', 'preparing', 'ready')
  and ${risk === 'lost' ? sql`c.state = 'reconnect'` : sql`t.due_at >= ${risk}`}`

/** Posts that are to go out through the grant and may not, the first ones first. */
export const listPostsAtRisk = (sql: Db, grantId: string, risk: Risk, limit = 20): Promise<PostAtRisk[]> => sql<PostAtRisk[]>`
  select t.post_id, left(t.text, 80) as text, t.due_at, c.name as channel_name, c.platform
  from targets t join channels c on c.id = t.channel_id
  where ${isAtRisk(sql, grantId, risk)}
  order by t.due_at, t.id limit ${limit}`

/** How many those are, and when the first is due. */
export const countPostsAtRisk = async (
  sql: Db,
  grantId: string,
  risk: Risk,
): Promise<{ count: number; firstDueAt: Date | null }> => {
  const [row] = await sql<{ count: number; firstDueAt: Date | null }[]>`
    select count(*)::int, min(t.due_at) as first_due_at from targets t join channels c on c.id = t.channel_id
    where ${isAtRisk(sql, grantId, risk)}`
  return row ?? { count: 0, firstDueAt: null }
}
