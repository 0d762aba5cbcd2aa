import type { Db } from './connect.ts'
import type { TargetState } from './target-states.ts'

// What those who run the installation see of it: names, states, counts and times. Nothing of what is in a workspace. promise: S4

export type Everybody = {
  name: string
  email: string
  state: 'active' | 'deactivated'
  isOperator: boolean
  workspaces: number
  createdAt: Date
  id: string
}

export const listEverybody = (sql: Db): Promise<Everybody[]> => sql<Everybody[]>`
  select u.name, u.email, case when u.deactivated_at is null then 'active' else 'deactivated' end as state, u.is_operator,
    (select count(*)::int from memberships m where m.user_id = u.id) as workspaces, u.created_at, u.id
  from users u order by u.is_operator desc, lower(u.name), u.id`

/** False when it was so before. */
export const setOperator = async (sql: Db, userId: string, isOperator: boolean): Promise<boolean> => {
  const { count } = await sql`update users set is_operator = ${isOperator} where id = ${userId} and is_operator <> ${isOperator}`
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

/** `waiting`: targets still to go out. `needing`: ended badly, or unknown, and nobody has dealt with them. */
export const listStandings = (sql: Db): Promise<WorkspaceStanding[]> => sql<WorkspaceStanding[]>`
  select w.slug, w.name, w.paused_at,
    (select count(*)::int from memberships m where m.workspace_id = w.id) as members,
    (select count(*)::int from memberships m where m.workspace_id = w.id and m.role = 'admin') as admins,
    (select count(*)::int from channels c where c.workspace_id = w.id and c.state <> 'disconnected') as accounts,
    (select count(*)::int from targets t where t.workspace_id = w.id and t.state in ('scheduled', 'preparing', 'ready')) as waiting,
    (select count(*)::int from targets t where t.workspace_id = w.id and t.state in ('failed', 'unconfirmed', 'missed')
      and t.finished_at is null) as needing
  from workspaces w order by lower(w.name), w.id`

export type TargetStanding = { dueAt: Date; state: TargetState; platform: string; kind: string; workspace: string; id: string }
export type Which = 'open' | 'overdue' | 'unknown'

/** Targets that are not at their end, the earliest first: `overdue` as in db/figures.ts, `unknown` with an outcome nobody knows. */
export const listTargetStandings = (sql: Db, which: Which, limit: number): Promise<TargetStanding[]> => sql<TargetStanding[]>`
  select t.due_at, t.state, t.platform, t.kind, w.slug as workspace, t.id
  from targets t join workspaces w on w.id = t.workspace_id
  where ${
    which === 'unknown'
      ? sql`t.state in ('sending', 'unconfirmed') and t.finished_at is null`
      : sql`t.state in ('scheduled', 'preparing', 'ready', 'sending', 'processing')`
  } ${which === 'overdue' ? sql`and t.due_at < now() - interval '1 minute'` : sql``}
  order by t.due_at, t.id limit ${limit}`

export type OutboxStanding = { kind: string; rows: number; oldestAt: Date; tries: number }

export const listOutboxStandings = (sql: Db): Promise<OutboxStanding[]> => sql<OutboxStanding[]>`
  select kind, count(*)::int as rows, min(created_at) as oldest_at, max(tries) as tries from outbox group by kind order by kind`

/** Has the relay start or tell a target's workflow again. False when there is no such target. */
export const enqueueTarget = async (sql: Db, targetId: string): Promise<boolean> => {
  const { count } = await sql`insert into outbox (kind, ref_id) select 'target', id from targets where id = ${targetId}`
  return count > 0
}
