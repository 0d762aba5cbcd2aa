import type { Db } from './connect.ts'
import { hashSecret, newSecret } from './secrets.ts'

export type SessionUser = {
  id: string
  email: string
  name: string
  isOperator: boolean
  theme: 'auto' | 'light' | 'dark'
  /** The newest version of the policy that they have seen. */
  policyVersion: string | null
}
export type SessionMembership = { id: string; slug: string; name: string; zone: string; role: 'manager' | 'admin' }
export type FoundSession = {
  session: { id: string; passwordCheckedAt: Date; lastSeenAt: Date }
  user: SessionUser
  /** Every workspace of the person, by name. */
  memberships: SessionMembership[]
}

export const idleDays = 14
export const absoluteDays = 90

/** Opens a session and returns the token for the cookie; only its hash is stored. */
export const insertSession = async (sql: Db, userId: string, now: Date): Promise<string> => {
  const token = newSecret()
  await sql`
    insert into sessions (token_hash, user_id, created_at, last_seen_at, password_checked_at, expires_at, ends_at)
    values (${hashSecret(token)}, ${userId}, ${now}, ${now}, ${now},
      ${now}::timestamptz + ${`${idleDays} days`}::interval, ${now}::timestamptz + ${`${absoluteDays} days`}::interval)`
  return token
}

/** Who is behind a cookie, with all their workspaces, in one query; null when the session ended or the person was deactivated. */
export const findSession = async (sql: Db, token: string, now: Date): Promise<FoundSession | null> => {
  const [row] = await sql`
    select s.id as session_id, s.password_checked_at, s.last_seen_at, u.id, u.email, u.name, u.is_operator, u.theme, u.policy_version,
      coalesce((select jsonb_agg(jsonb_build_object('id', w.id, 'slug', w.slug, 'name', w.name, 'zone', w.zone, 'role', m.role)
          order by lower(w.name), w.id)
        from memberships m join workspaces w on w.id = m.workspace_id where m.user_id = u.id), '[]') as memberships
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${hashSecret(token)} and s.expires_at > ${now} and s.ends_at > ${now} and u.deactivated_at is null`
  if (!row) return null
  const { sessionId, passwordCheckedAt, lastSeenAt, memberships, ...user } = row
  return { session: { id: sessionId, passwordCheckedAt, lastSeenAt }, user: user as SessionUser, memberships }
}

/** Moves the idle end ahead, never past the absolute one. */
export const touchSession = async (sql: Db, sessionId: string, now: Date): Promise<void> => {
  await sql`
    update sessions set last_seen_at = ${now}, expires_at = least(ends_at, ${now}::timestamptz + ${`${idleDays} days`}::interval)
    where id = ${sessionId}`
}

export const markPasswordChecked = async (sql: Db, sessionId: string, now: Date): Promise<void> => {
  await sql`update sessions set password_checked_at = ${now} where id = ${sessionId}`
}

export const deleteSession = async (sql: Db, userId: string, sessionId: string): Promise<boolean> => {
  const { count } = await sql`delete from sessions where id = ${sessionId} and user_id = ${userId}`
  return count > 0
}

/** Ends every session of a person, but for the one named. */
export const deleteSessionsOf = async (sql: Db, userId: string, exceptId: string | null = null): Promise<number> => {
  const { count } = await sql`delete from sessions where user_id = ${userId} and id is distinct from ${exceptId}`
  return count
}

export type ListedSession = { id: string; createdAt: Date; lastSeenAt: Date; endsAt: Date }

export const listSessions = async (sql: Db, userId: string, now: Date): Promise<ListedSession[]> =>
  await sql<ListedSession[]>`
    select id, created_at, last_seen_at, least(expires_at, ends_at) as ends_at from sessions
    where user_id = ${userId} and expires_at > ${now} and ends_at > ${now}
    order by last_seen_at desc, id`
