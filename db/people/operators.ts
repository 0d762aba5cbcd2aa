import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { TargetState } from '../posts/target-states.ts'
import {
  attentionStates,
  openStates,
  stateList,
  unknownStates,
  unsentStates,
} from '../posts/target-states.ts'
import { hasSecondFactor } from './second-factor.ts'

// What operators can see of the installation: names, states, counts and times, and no content of a
// workspace. promise: S4

export type Everybody = {
  name: string
  email: string
  state: 'active' | 'deactivated'
  isOperator: boolean
  workspaces: number
  twoStep: boolean
  createdAt: Date
  id: string
}

export const listEverybody = (sql: Db): Promise<Everybody[]> => sql<Everybody[]>`
  select u.name, u.email, case when u.deactivated_at is null then 'active' else 'deactivated' end as state, u.is_operator,
    (select count(*)::int from memberships m where m.user_id = u.id) as workspaces, ${hasSecondFactor(sql)} as two_step,
    u.created_at, u.id
  from users u order by u.is_operator desc, lower(u.name), u.id`

/** False if nothing changed. */
export const setOperator = async (
  sql: Db,
  userId: string,
  isOperator: boolean,
): Promise<boolean> => {
  const { count } =
    await sql`update users set is_operator = ${isOperator} where id = ${userId} and is_operator <> ${isOperator}`
  return count > 0
}

export type WorkspaceStanding = {
  slug: string
  name: string
  members: number
  admins: number
  accounts: number
  waiting: number
  needing: number
  pausedAt: Date | null
}

/**
 * `waiting`: targets that are not sent yet. `needing`: failed, unconfirmed or missed targets that
 * nobody has dealt with.
 */
export const listStandings = (sql: Db): Promise<WorkspaceStanding[]> => sql<WorkspaceStanding[]>`
  select w.slug, w.name, w.paused_at,
    (select count(*)::int from memberships m where m.workspace_id = w.id) as members,
    (select count(*)::int from memberships m where m.workspace_id = w.id and m.role = 'admin') as admins,
    (select count(*)::int from channels c where c.workspace_id = w.id and c.state <> 'disconnected') as accounts,
    (select count(*)::int from targets t where t.workspace_id = w.id and t.state in ${stateList(sql, unsentStates)}) as waiting,
    (select count(*)::int from targets t where t.workspace_id = w.id and t.state in ${stateList(sql, attentionStates)}
      and t.finished_at is null) as needing
  from workspaces w order by lower(w.name), w.id`

export type TargetStanding = {
  dueAt: Date
  state: TargetState
  platform: string
  kind: string
  workspace: string
  id: string
}
export type Which = 'open' | 'overdue' | 'unknown'

/**
 * Unfinished targets, earliest first. `overdue` is defined as in db/notifications/figures.ts;
 * `unknown` means that the outcome isn't known.
 */
export const listTargetStandings = (
  sql: Db,
  which: Which,
  limit: number,
): Promise<TargetStanding[]> => sql<TargetStanding[]>`
  select t.due_at, t.state, t.platform, t.kind, w.slug as workspace, t.id
  from targets t join workspaces w on w.id = t.workspace_id
  where ${
    which === 'unknown'
      ? sql`t.state in ${stateList(sql, unknownStates)} and t.finished_at is null`
      : sql`t.state in ${stateList(sql, openStates)}`
  } ${which === 'overdue' ? sql`and t.due_at < now() - interval '1 minute'` : sql``}
  order by t.due_at, t.id limit ${limit}`

export type AccountStanding = {
  id: string
  workspaceId: string
  workspace: string
  platform: string
  accountId: string
  settings: JsonRecord
  state: 'connected' | 'reconnect'
  grantId: string
  issuer: string
  grantState: 'active' | 'reauthorize' | 'ended'
  expiresAt: Date | null
}

/** Connected accounts, grouped by their authorization, without account names. */
export const listAccountStandings = (sql: Db, limit: number): Promise<AccountStanding[]> => sql<
  AccountStanding[]
>`
  select c.id, c.workspace_id, w.slug as workspace, c.platform, c.account_id, c.settings, c.state, c.grant_id, g.issuer,
    g.state as grant_state, g.expires_at
  from channels c join workspaces w on w.id = c.workspace_id join grants g on g.id = c.grant_id
  where c.state <> 'disconnected' order by w.slug, c.grant_id, c.id limit ${limit}`

export type OutboxStanding = { kind: string; rows: number; oldestAt: Date; tries: number }

export const listOutboxStandings = (sql: Db): Promise<OutboxStanding[]> => sql<OutboxStanding[]>`
  select kind, count(*)::int as rows, min(created_at) as oldest_at, max(tries) as tries from outbox group by kind order by kind`

/**
 * Makes the relay start or signal the target's workflow again. False if there is no such target.
 */
export const enqueueTarget = async (sql: Db, targetId: string): Promise<boolean> => {
  const { count } =
    await sql`insert into outbox (kind, ref_id) select 'target', id from targets where id = ${targetId}`
  return count > 0
}
