import type { Problem } from '../../platforms/errors.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import { isApproved } from './reviews/approved.ts'
import { transition } from './target-transitions.ts'

export type AttemptOutcome =
  | 'claimed'
  | 'accepted'
  | 'refused'
  | 'unknown'
  | 'not_sent'
  | 'found'
  | 'absent'
export type AttemptRow = {
  id: string
  workspaceId: string
  targetId: string
  number: number
  revision: number
  handles: JsonRecord
  claimedAt: Date
  sentAt: Date | null
  endedAt: Date | null
  outcome: AttemptOutcome
  problem: Problem | null
  looks: number
  proof: string | null
}

/** A claim: the right to make the one call within five seconds. */
export type Claim = { attemptId: string; number: number }

/** What to claim: the row as it was read. `now` is the claiming process's clock. */
export type ClaimWish = {
  id: string
  revision: number
  attemptNumber: number
  dueAt: Date
  fingerprint: Buffer
  now: Date
}

/**
 * promise: D6: a platform receives what people directed us to send, and receives it once. Moves
 * ready targets to sending and inserts their attempts, in one statement. Returns the claims by
 * target id. There is no claim if the post was canceled, moved or changed, its channel or grant has
 * ended, another attempt came first, its platform accepts no posts for now, it isn't approved exactly
 * as it is, or it is too late; then it must not be sent. With several wishes, rows that are locked by others get no claim either:
 * claim such a target alone.
 */
export const claimTargets = async (sql: Db, wishes: ClaimWish[]): Promise<Map<string, Claim>> => {
  // Waiting for a lock while holding others could deadlock.
  const unlessHeld = wishes.length > 1 ? sql`skip locked` : sql``
  const rows = await sql<(Claim & { targetId: string })[]>`
    with wished as (
      select * from jsonb_to_recordset(${sql.json(wishes.map(asJson))}) as w(
        id uuid, revision int, attempt_number int, due_at timestamptz, fingerprint text, now timestamptz)
    ), held as materialized (
      select t.id from targets t where t.id = any(${wishes.map(({ id }) => id)}::uuid[]) order by t.id for no key update of t ${unlessHeld}
    ), claimed as (
      ${transition(sql, 'claim', {
        join: sql`from held h, wished w, channels c, grants g, workspaces o, installation i`,
        where: sql`
          t.id = h.id and w.id = t.id and t.revision = w.revision and t.handles_revision = t.revision
          and t.attempt_number = w.attempt_number
          and date_trunc('milliseconds', t.due_at) = w.due_at and t.due_at + o.missed_after > now()
          and c.id = t.channel_id and c.state = 'connected' and g.id = c.grant_id and g.state = 'active'
          and o.id = t.workspace_id and o.paused_at is null and i.paused_at is null
          and ((o.review_of = 'off' and not exists (select from reviews r where r.post_id = t.post_id)) or ${isApproved(sql)})
          and not exists (
            select from limits l where l.subject in ('channel:' || c.id, 'grant:' || g.id, 'issuer:' || g.issuer)
              and 'sending' = any(l.holds) and l.until > w.now)`,
        returning: sql`t.id, t.workspace_id, t.attempt_number, t.revision, t.handles, w.fingerprint`,
      })}
    )
    insert into attempts (workspace_id, target_id, number, revision, fingerprint, handles, claimed_at)
    select workspace_id, id, attempt_number, revision, decode(fingerprint, 'hex'), handles, clock_timestamp() from claimed
    returning target_id, id as attempt_id, number`
  return new Map(rows.map(({ targetId, attemptId, number }) => [targetId, { attemptId, number }]))
}

const asJson = ({ id, revision, attemptNumber, dueAt, fingerprint, now }: ClaimWish) => ({
  id,
  revision,
  attempt_number: attemptNumber,
  due_at: dueAt.toISOString(),
  fingerprint: fingerprint.toString('hex'),
  now: now.toISOString(),
})

export const findLatestAttempt = async (
  sql: Db,
  targetId: string,
): Promise<AttemptRow | undefined> => {
  const [row] = await sql<
    AttemptRow[]
  >`select * from attempts where target_id = ${targetId} order by number desc limit 1`
  return row
}

/** All attempts of one post, newest first. */
export const listAttempts = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<AttemptRow[]> => sql<AttemptRow[]>`
  select a.* from attempts a join targets t on t.id = a.target_id
  where a.workspace_id = ${ref.workspaceId} and t.post_id = ${ref.postId}
  order by a.number desc`

/**
 * Records the result of the call. Locks the target first, like all code (see post-locks.ts).
 * `sentAt` is null if the call was never sent.
 */
export const recordOutcome = async (
  sql: Db,
  attemptId: string,
  result: { outcome: AttemptOutcome; sentAt: Date | null; problem: Problem | null },
): Promise<void> => {
  await sql`
    with held as materialized (
      select t.id from targets t where t.id = (select target_id from attempts where id = ${attemptId}) for no key update
    ), ended as (
      update attempts a set
        outcome = ${result.outcome}, sent_at = coalesce(${result.sentAt}, a.sent_at),
        ended_at = now(), problem = ${result.problem ? sql.json(result.problem) : null}
      from held where a.id = ${attemptId} and a.target_id = held.id
      returning a.target_id, a.number, a.sent_at
    )
    update targets t set sent_at = ended.sent_at from ended where t.id = ended.target_id and t.attempt_number = ended.number`
}

/** Records what a reconciliation check found. Returns how many checks there were. */
export const recordLook = async (
  sql: Db,
  attemptId: string,
  look: { outcome: AttemptOutcome | null; proof: string },
): Promise<number> => {
  const [row] = await sql<{ looks: number }[]>`
    update attempts set looks = looks + 1, proof = ${look.proof}, outcome = coalesce(${look.outcome}, outcome)
    where id = ${attemptId} returning looks`
  return row?.looks ?? 0
}
