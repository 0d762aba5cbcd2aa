import { type Frame, frameIn, readFrame } from '../notifications/frame.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'
import type { DateChoice } from './date-choice.ts'
import { hasSecondFactor } from './second-factor.ts'

export type SessionUser = DateChoice & {
  id: string
  email: string
  name: string
  isOperator: boolean
  theme: 'auto' | 'light' | 'dark'
  /** Whether single keys such as N do something. */
  hasShortcuts: boolean
  /** The newest policy version that the person has seen. */
  policyVersion: string | null
  /**
   * Whether the person has a passkey or an authenticator app, so that a password alone is not
   * enough.
   */
  hasSecondFactor: boolean
  /** Whether operators of this installation need a second factor. */
  operatorsRequire: boolean
}
type SessionMembership = {
  id: string
  slug: string
  name: string
  zone: string
  role: 'manager' | 'admin'
  requiresSecondFactor: boolean
}
/**
 * `isWaiting`: the password was right but the second factor is missing. Such a session gives no
 * access.
 */
export type FoundSession = {
  isWaiting: boolean
  session: { id: string; confirmedAt: Date; secondFactorAt: Date | null; lastSeenAt: Date }
  user: SessionUser
  /** All workspaces of the person, ordered by name. */
  memberships: SessionMembership[]
  /** The frame of the requested workspace. Null if none was requested or it isn't the person's. */
  frame: Frame | null
}

export const idleDays = 14
export const absoluteDays = 90

/**
 * How far the sign-in is: it `awaits` the second factor, used only the `password`, or `proved` the
 * second factor.
 */
export type SignInStage = 'awaits' | 'password' | 'proved'
/** How long a sign-in waits for the second factor. */
const awaitsFor = '10 minutes'

/** Creates a session and returns the token for the cookie. Only its hash is stored. */
export const insertSession = async (
  sql: Db,
  userId: string,
  now: Date,
  stage: SignInStage = 'password',
): Promise<string> => {
  const token = newSecret()
  const awaits = stage === 'awaits'
  const [idle, end] = awaits ? [awaitsFor, awaitsFor] : [`${idleDays} days`, `${absoluteDays} days`]
  await sql`
    insert into sessions (token_hash, user_id, created_at, last_seen_at, confirmed_at, second_factor_at, awaits_second_factor,
      expires_at, ends_at)
    values (${hashSecret(token)}, ${userId}, ${now}, ${now}, ${now}, ${stage === 'proved' ? now : null}, ${awaits},
      ${now}::timestamptz + ${idle}::interval, ${now}::timestamptz + ${end}::interval)`
  return token
}

/**
 * The user and all their workspaces for a session cookie, in one query. Null if the session has
 * ended or the person is deactivated. `slug`: the workspace whose frame is read with it.
 */
export const findSession = async (
  sql: Db,
  token: string,
  now: Date,
  slug: string | null = null,
): Promise<FoundSession | null> => {
  const [row] = await sql`
    select s.id as session_id, s.confirmed_at, s.second_factor_at, s.awaits_second_factor as is_waiting, s.last_seen_at, u.id, u.email, u.name, u.is_operator, u.theme, u.hours, u.date_order, u.week_start, u.has_shortcuts,
      u.policy_version,
      ${hasSecondFactor(sql)} as has_second_factor,
      (select operators_require_second_factor from installation) as operators_require,
      coalesce((select jsonb_agg(jsonb_build_object('id', w.id, 'slug', w.slug, 'name', w.name, 'zone', w.zone, 'role', m.role,
          'requiresSecondFactor', w.requires_second_factor)
          order by lower(w.name), w.id)
        from memberships m join workspaces w on w.id = m.workspace_id where m.user_id = u.id and w.erased_by is null), '[]') as memberships
      ${slug === null ? sql`` : sql`, frame.*`}
    from sessions s join users u on u.id = s.user_id
      ${slug === null ? sql`` : sql`left join lateral ${frameIn(sql, { slug, userId: sql`u.id` }, now)} frame on true`}
    where s.token_hash = ${hashSecret(token)} and s.expires_at > ${now} and s.ends_at > ${now}
      and (u.deactivated_at is null or s.awaits_second_factor)`
  if (!row) return null
  const { sessionId, confirmedAt, secondFactorAt, lastSeenAt, isWaiting, memberships, ...more } =
    row
  const { needCount = null, unseen, reviews, hasSteps, workspaceAt, installationAt, ...user } = more
  return {
    isWaiting,
    session: { id: sessionId, confirmedAt, secondFactorAt, lastSeenAt },
    user: user as SessionUser,
    memberships,
    frame: readFrame({ needCount, unseen, reviews, hasSteps, workspaceAt, installationAt }),
  }
}

/** Extends the idle expiry, but never past the absolute end. */
export const touchSession = async (sql: Db, sessionId: string, now: Date): Promise<void> => {
  await sql`
    update sessions set last_seen_at = ${now}, expires_at = least(ends_at, ${now}::timestamptz + ${`${idleDays} days`}::interval)
    where id = ${sessionId}`
}

/** Records that the person has just confirmed their identity again in this session. */
export const markConfirmed = async (
  sql: Db,
  sessionId: string,
  now: Date,
  { withSecondFactor }: { withSecondFactor: boolean },
): Promise<void> => {
  await sql`
    update sessions set confirmed_at = ${now}, second_factor_at = case when ${withSecondFactor} then ${now} else second_factor_at end
    where id = ${sessionId}`
}

/**
 * Ends one session. False if the person has no such session. To end all sessions, see `endAccess`
 * in db/people/access.ts.
 */
export const deleteSession = async (
  sql: Db,
  userId: string,
  sessionId: string,
): Promise<boolean> => {
  const { count } = await sql`delete from sessions where id = ${sessionId} and user_id = ${userId}`
  return count > 0
}

export type ListedSession = { id: string; createdAt: Date; lastSeenAt: Date; endsAt: Date }

export const listSessions = async (sql: Db, userId: string, now: Date): Promise<ListedSession[]> =>
  await sql<ListedSession[]>`
    select id, created_at, last_seen_at, least(expires_at, ends_at) as ends_at from sessions
    where user_id = ${userId} and expires_at > ${now} and ends_at > ${now} and not awaits_second_factor
    order by last_seen_at desc, id`
