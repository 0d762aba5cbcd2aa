import { oldestOverdueS } from '../insights/unread.ts'
import type { Db } from '../postgres/connect.ts'
import type { TargetState } from '../posts/target-states.ts'
import { openStates, stateList, unsentStates } from '../posts/target-states.ts'

/** The state of the installation in counts and ages, for operators and their alerts. */
export type Figures = {
  /** Unfinished targets, by state. */
  open: { state: TargetState; count: number }[]
  /**
   * Targets that were due more than a minute ago, are allowed to publish, and have not been sent.
   */
  overdue: number
  /** Targets whose outcome is unknown: being checked, or waiting for a person. */
  unconfirmed: number
  outbox: { count: number; oldestAgeS: number; tries: number }
  grants: { active: number; reauthorize: number; renewalsDue: number; renewalsFailing: number }
  /** Revocations that the platform has not confirmed. */
  revocations: number
  deletions: number
  /** How long the most overdue reading of metrics has been due, in seconds. */
  oldestReadingS: number
  sweeps: { rule: string; ageS: number }[]
  people: number
  workspaces: number
  pausedWorkspaces: number
  isPaused: boolean
}

/**
 * Tokens are renewed before two thirds of their lifetime (activities/channels/upkeep-step.ts).
 * After this share of it, a renewal is overdue.
 */
const renewalShare = 0.75

export const findFigures = async (sql: Db): Promise<Figures> => {
  const [[row], open, sweeps] = await Promise.all([
    findCounts(sql),
    countOpen(sql),
    listSweepAges(sql),
  ])
  if (!row) throw new Error('the installation has no row')
  const { waiting, oldestAgeS, tries, active, reauthorize, renewalsDue, renewalsFailing, ...rest } =
    row
  return {
    ...rest,
    open,
    sweeps,
    outbox: { count: waiting, oldestAgeS, tries },
    grants: { active, reauthorize, renewalsDue, renewalsFailing },
  }
}

type Counts = Omit<Figures, 'open' | 'sweeps' | 'outbox' | 'grants'> &
  Figures['grants'] & { waiting: number; oldestAgeS: number; tries: number }

const findCounts = (sql: Db) => sql<Counts[]>`
  select o.*, g.*, i.paused_at is not null as is_paused,
    (select count(*)::int from targets t join workspaces w on w.id = t.workspace_id
      where t.state in ${stateList(sql, unsentStates)} and t.due_at < now() - interval '1 minute'
        and coalesce(t.not_before, t.due_at) < now() and w.paused_at is null and i.paused_at is null) as overdue,
    (select count(*)::int from targets where state = 'sending' and state_at < now() - interval '1 minute')
      + (select count(*)::int from targets where state = 'unconfirmed' and finished_at is null
        and state_at < now() - interval '1 minute') as unconfirmed,
    (select count(*)::int from revocations where state = 'pending') as revocations,
    (select count(*)::int from deletion_requests where finished_at is null) as deletions,
    ${oldestOverdueS(sql)} as oldest_reading_s,
    (select count(*)::int from users where deactivated_at is null) as people,
    (select count(*)::int from workspaces) as workspaces,
    (select count(*)::int from workspaces where paused_at is not null) as paused_workspaces
  from installation i,
    lateral (select count(*)::int as waiting, greatest(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_age_s,
      coalesce(max(tries), 0) as tries from outbox) o,
    lateral (select (count(*) filter (where state = 'active'))::int as active,
      (count(*) filter (where state = 'reauthorize'))::int as reauthorize,
      (count(*) filter (where state = 'active' and expires_at is not null and now() > coalesce(renewed_at, connected_at)
        + ${renewalShare} * (expires_at - coalesce(renewed_at, connected_at))))::int as renewals_due,
      (count(*) filter (where state = 'active' and renewal_failures > 0))::int as renewals_failing
      from grants) g`

const countOpen = (sql: Db) => sql<Figures['open']>`
  select state, count(*)::int as count from targets
  where state in ${stateList(sql, openStates)} group by state`

const listSweepAges = (sql: Db) => sql<Figures['sweeps']>`
  select rule, extract(epoch from now() - max(at))::float8 as age_s from sweeps group by rule order by rule`
