import type { Db } from '../../postgres/connect.ts'
import { hashSecret, newSecret } from '../../vault/secrets.ts'
import { inLink } from './link-posts.ts'

/** What a link shows: chosen posts, or what is due on these days, both included. */
export type LinkScope =
  | { postIds: string[] }
  /** Days such as `2026-12-31`. No accounts: all of them. */
  | { fromDay: string; toDay: string; channelIds: string[] }

export type NewReviewLink = {
  workspaceId: string
  userId: string
  name: string
  scope: LinkScope
  passphraseHash: string | null
  expiresAt: Date
  now: Date
}

/**
 * Returns the code, which is shown once. The table stores only its hash. Leaves out posts of other
 * workspaces. Keeps every account, also one that is gone: without accounts the link would show all.
 */
export const insertReviewLink = async (
  sql: Db,
  { workspaceId, userId, scope, ...link }: NewReviewLink,
): Promise<{ id: string; code: string }> => {
  const code = newSecret()
  const posts = 'postIds' in scope ? scope.postIds : []
  const span = 'fromDay' in scope ? scope : { fromDay: null, toDay: null, channelIds: [] }
  const [row] = await sql<{ id: string }[]>`
    with made as (
      insert into review_links (workspace_id, user_id, name, token_hash, passphrase_hash, from_day, to_day, channel_ids, created_at, expires_at)
      values (${workspaceId}, ${userId}, ${link.name}, ${hashSecret(code)}, ${link.passphraseHash}, ${span.fromDay}, ${span.toDay},
        ${span.channelIds}::uuid[], ${link.now}, ${link.expiresAt})
      returning id), chosen as (
      insert into review_link_posts (link_id, post_id, workspace_id)
      select made.id, p.id, p.workspace_id from made, posts p
      where p.workspace_id = ${workspaceId} and p.id = any(${posts}::uuid[]) and p.state <> 'discarded')
    select id from made`
  return { id: row!.id, code }
}

export type ListedLink = {
  id: string
  name: string
  madeBy: string
  createdAt: Date
  expiresAt: Date
  hasPassphrase: boolean
  opens: number
  openedAt: Date | null
  /** The posts that it shows now, and how many of them are approved. */
  posts: number
  approved: number
}

/** How many links work. To keep a limit, call `lockWorkspace` first. */
export const countReviewLinks = async (
  sql: Db,
  workspaceId: string,
  now: Date,
): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from review_links l join users u on u.id = l.user_id join workspaces w on w.id = l.workspace_id
    where l.workspace_id = ${workspaceId} and ${isOpen(sql, now)}`
  return row?.count ?? 0
}

/** The links that work, newest first. */
export const listReviewLinks = (sql: Db, workspaceId: string, now: Date): Promise<ListedLink[]> =>
  sql<ListedLink[]>`
    select l.id, l.name, u.name as made_by, l.created_at, l.expires_at, l.passphrase_hash is not null as has_passphrase, l.opens, l.opened_at,
      shown.posts, shown.approved
    from review_links l join users u on u.id = l.user_id join workspaces w on w.id = l.workspace_id, lateral (
      select count(*)::int as posts, (count(*) filter (where r.state = 'approved'))::int as approved
      from posts p join reviews r on r.post_id = p.id where ${inLink(sql)}) shown
    where l.workspace_id = ${workspaceId} and ${isOpen(sql, now)} order by l.created_at desc, l.id desc`

/** Ends a link for good. False if there is none that works. */
export const endReviewLink = async (
  sql: Db,
  ref: { workspaceId: string; linkId: string },
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update review_links set ended_at = ${now}
    where workspace_id = ${ref.workspaceId} and id = ${ref.linkId} and ended_at is null`
  return count > 0
}

/** For an account that closes. */
export const endReviewLinksOf = async (sql: Db, userId: string, now: Date): Promise<void> => {
  await sql`update review_links set ended_at = ${now} where user_id = ${userId} and ended_at is null`
}

/**
 * After roles, members or reviewers of a workspace have changed: ends for good the links of people who
 * may no longer approve posts.
 */
export const endStrangeLinks = async (sql: Db, workspaceId: string, now: Date): Promise<void> => {
  await sql`
    update review_links l set ended_at = ${now}
    where l.workspace_id = ${workspaceId} and l.ended_at is null and not ${mayApprove(sql)}`
}

/** A link of which the code is known, and the client whose browser has this cookie. */
export type OpenReviewLink = {
  id: string
  workspaceId: string
  workspaceName: string
  zone: string
  name: string
  madeBy: string
  passphraseHash: string | null
  createdAt: Date
  expiresAt: Date
  client: { id: string; name: string } | null
}

/**
 * Null unless the link works: not expired, not ended, and made by someone who may approve posts
 * today. The result doesn't show why it doesn't.
 */
export const findReviewLink = async (
  sql: Db,
  code: string,
  cookie: string | undefined,
  now: Date,
): Promise<OpenReviewLink | null> => {
  const [row] = await sql<OpenReviewLink[]>`
    select l.id, l.workspace_id, w.name as workspace_name, w.zone, l.name, u.name as made_by, l.passphrase_hash, l.created_at, l.expires_at,
      (select jsonb_build_object('id', k.id, 'name', k.name) from client_reviewers k
        where k.link_id = l.id and k.cookie_hash = ${hashSecret(cookie ?? newSecret())}) as client
    from review_links l join users u on u.id = l.user_id join workspaces w on w.id = l.workspace_id
    where l.token_hash = ${hashSecret(code)} and ${isOpen(sql, now)}`
  return row ?? null
}

/** Whether the link still works. For a decision that waited for its post. */
export const isLinkOpen = async (sql: Db, linkId: string, now: Date): Promise<boolean> => {
  const { count } = await sql`
    select from review_links l join workspaces w on w.id = l.workspace_id where l.id = ${linkId} and ${isOpen(sql, now)}`
  return count > 0
}

/** Counts that the page of a link was opened. */
export const markLinkOpened = async (sql: Db, linkId: string, now: Date): Promise<void> => {
  await sql`update review_links set opens = opens + 1, opened_at = ${now} where id = ${linkId}`
}

const isOpen = (sql: Db, now: Date) => sql`
  l.ended_at is null and l.expires_at > ${now} and w.erased_by is null and ${mayApprove(sql)}`

/** Whether the maker of the link `l` is an active member who may approve posts. */
const mayApprove = (sql: Db) => sql`
  exists (select from memberships m join users a on a.id = m.user_id
    where m.workspace_id = l.workspace_id and m.user_id = l.user_id and a.deactivated_at is null
      and (m.role = 'admin' or exists (
        select from reviewers v where v.workspace_id = m.workspace_id and v.user_id = m.user_id)))`
