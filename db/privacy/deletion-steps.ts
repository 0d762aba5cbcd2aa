import type { Db } from '../postgres/connect.ts'

export type DeletionStepName = 'posts' | 'tokens' | 'revoke' | 'media' | 'content' | 'account'
type StepState = 'waits' | 'trying' | 'done' | 'gave_up' | 'kept' | 'unusable'
export type DeletionStep = {
  position: number
  name: DeletionStepName
  issuer: string | null
  state: StepState
  amount: number | null
  nextTryAt: Date | null
  endedAt: Date | null
  /** For revocations: how many are still open, and when we give up on them. */
  pending: number | null
  givesUpAt: Date | null
}

export const insertSteps = async (
  sql: Db,
  requestId: string,
  names: DeletionStepName[],
): Promise<void> => {
  for (const name of names)
    await sql`
      insert into deletion_steps (request_id, position, name) values (${requestId}, ${positions[name]}, ${name})
      on conflict do nothing`
}

/** The order of the steps. Revocations are not updated here: their own rows hold their progress. */
const positions: Record<DeletionStepName, number> = {
  posts: 10,
  tokens: 20,
  media: 60,
  content: 70,
  account: 80,
  revoke: 90,
}

export const listSteps = async (sql: Db, requestId: string): Promise<DeletionStep[]> =>
  sql<DeletionStep[]>`
    select position, name, issuer, state, amount, next_try_at, ended_at, null::int as pending, null::timestamptz as gives_up_at
    from deletion_steps where request_id = ${requestId}
    union all
    select ${positions.revoke}, 'revoke', issuer,
      case when bool_or(state = 'pending' and tries > 0) then 'trying' when bool_or(state = 'pending') then 'waits'
        when bool_or(state = 'given_up') then 'gave_up' when bool_or(state = 'unusable') then 'unusable'
        when bool_and(state = 'kept') then 'kept' else 'done' end,
      count(*)::int, min(next_try_at), case when bool_and(state <> 'pending') then max(ended_at) end,
      (count(*) filter (where state = 'pending'))::int, min(gives_up_at) filter (where state = 'pending')
    from revocations where request_id = ${requestId} group by issuer
    order by position, issuer`

/** Marks a step as done. Adds `amount` to what earlier attempts counted. */
export const endStep = async (
  sql: Db,
  requestId: string,
  name: DeletionStepName,
  end: { amount?: number; now: Date },
): Promise<void> => {
  await sql`
    update deletion_steps set state = 'done', amount = coalesce(amount, 0) + ${end.amount ?? 0}, next_try_at = null, ended_at = ${end.now}
    where request_id = ${requestId} and name = ${name} and state <> 'done'`
}

/** Adds to the count of a step that is running. */
export const countOnStep = async (
  sql: Db,
  requestId: string,
  name: DeletionStepName,
  amount: number,
): Promise<void> => {
  await sql`
    update deletion_steps set state = 'trying', amount = coalesce(amount, 0) + ${amount}
    where request_id = ${requestId} and name = ${name} and state in ('waits', 'trying')`
}
