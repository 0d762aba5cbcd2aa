import { randomBytes } from 'node:crypto'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret } from '../vault/secrets.ts'
import type { Vault } from '../vault/vault.ts'
import { insertPersonMails, releaseLastMail } from './deletion-mails.ts'

/** promise: E3, E4, E5: deletion requests and their progress. */
export type Origin = 'account' | 'page' | 'issuer' | 'retention' | 'restore'
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
export type OpenedRequest = { id: string; code: string }

/** Crockford's Base32 alphabet, which leaves out letters that look like digits. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A code from 100 of the given bits, such as `7F2K-Q9MD-4XWA-80TJ-M3VX`. */
const codeOf = (bytes: Buffer): string => readableCode([...bytes.subarray(0, 20)].map((byte) => letters[byte % 32]).join(''))

/** Upper-case letters and digits only: removes hyphens and anything else that was typed. */
export const canonicalCode = (given: string): string => given.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')

/** The code in groups of four with hyphens, as people read it. */
export const readableCode = (given: string): string =>
  canonicalCode(given)
    .match(/.{1,4}/g)
    ?.join('-') ?? ''

/**
 * promise: E4: the code that this person's deletion will have. The form carries it, so that a
 * second tab finds the status page even if the first tab has deleted the account. It is derived
 * from the password hash, which is deleted with the person, so that afterwards nobody can tell
 * whose code it was. Null if there is no such person.
 */
export const findFutureCode = async (sql: Db, vault: Vault, userId: string): Promise<string | null> => {
  const [row] = await sql<{ passwordHash: string }[]>`select password_hash from users where id = ${userId}`
  return row ? codeOf(vault.derive('deletion code', `${userId} ${row.passwordHash}`)) : null
}

const place = (id: string) => ({ table: 'deletion_requests', id, column: 'code_sealed' })

/**
 * Begins the deletion of a person. Call it in a transaction. A person has only one open request:
 * asking again returns the same id and code. Null if the person is already deleted.
 */
export const openDeletionRequest = async (
  t: Db,
  vault: Vault,
  { userId, origin, now }: { userId: string; origin: Exclude<Origin, 'issuer'>; now: Date },
): Promise<OpenedRequest | null> => {
  await t`select from users where id = ${userId} for no key update` // parallel requests wait here
  const [open] = await t<{ id: string; codeSealed: string | null }[]>`
    select id, code_sealed from deletion_requests where user_id = ${userId} and finished_at is null`
  if (open?.codeSealed) return { id: open.id, code: vault.open(open.codeSealed, place(open.id)) }
  const code = await findFutureCode(t, vault, userId)
  if (code === null) return null
  if (open) return await renewCode(t, vault, open.id, code)
  const id = crypto.randomUUID()
  await t`
    insert into deletion_requests (id, code_hash, code_sealed, origin, user_id, asked_at)
    values (${id}, ${hashSecret(canonicalCode(code))}, ${vault.seal(code, place(id))}, ${origin}, ${userId}, ${now})`
  await begin(t, id, ['posts', 'tokens', 'media', 'content', 'account'])
  // A deletion that is repeated after a restore sends no emails: the person got them the first
  // time.
  if (origin !== 'restore') await insertPersonMails(t, vault, { id, code, userId, origin })
  return { id, code }
}

/** Earlier versions stored only the hash of the code. */
const renewCode = async (t: Db, vault: Vault, id: string, code: string): Promise<OpenedRequest> => {
  const [hash, sealed] = [hashSecret(canonicalCode(code)), vault.seal(code, place(id))]
  await t`update deletion_requests set code_hash = ${hash}, code_sealed = ${sealed} where id = ${id}`
  return { id, code }
}

/**
 * Begins the deletion of what a platform account gave us. Call it in a transaction. Only a hash of
 * the code is stored.
 */
export const openIssuerRequest = async (
  t: Db,
  { issuer, issuerUserId, now }: { issuer: string; issuerUserId: string; now: Date },
): Promise<OpenedRequest> => {
  const id = crypto.randomUUID()
  const code = codeOf(randomBytes(20))
  await t`
    insert into deletion_requests (id, code_hash, origin, issuer, issuer_user_id, asked_at)
    values (${id}, ${hashSecret(canonicalCode(code))}, 'issuer', ${issuer}, ${issuerUserId}, ${now})`
  await begin(t, id, ['posts', 'tokens', 'content'])
  return { id, code }
}

const begin = async (t: Db, id: string, steps: DeletionStepName[]): Promise<void> => {
  await insertSteps(t, id, steps)
  await enqueue(t, 'deletion', id)
}

const insertSteps = async (sql: Db, requestId: string, names: DeletionStepName[]): Promise<void> => {
  for (const name of names)
    await sql`
      insert into deletion_steps (request_id, position, name) values (${requestId}, ${positions[name]}, ${name})
      on conflict do nothing`
}

/** The order of the steps. Revocations are not updated here: their own rows hold their progress. */
const positions: Record<DeletionStepName, number> = { posts: 10, tokens: 20, media: 60, content: 70, account: 80, revoke: 90 }

export type FollowedRequest = {
  id: string
  about: 'person' | 'issuer'
  issuer: string | null
  askedAt: Date
  finishedAt: Date | null
  /** Whether an email to the person still has to be sent, so that their address is still stored. */
  hasAddress: boolean
  steps: DeletionStep[]
}

/** promise: E4: what the status page shows to anyone who has the code. */
export const findRequestByCode = async (sql: Db, code: string): Promise<FollowedRequest | null> => {
  const [request] = await sql<Omit<FollowedRequest, 'steps'>[]>`
    select id, case when issuer is null then 'person' else 'issuer' end as about, issuer, asked_at, finished_at,
      exists (select from deletion_mails m where m.request_id = r.id and m.user_id is null) as has_address
    from deletion_requests r where code_hash = ${hashSecret(canonicalCode(code))}`
  return request ? { ...request, steps: await listSteps(sql, request.id) } : null
}

const listSteps = async (sql: Db, requestId: string): Promise<DeletionStep[]> =>
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

/**
 * `about`: a person with an account here, or the data of a platform account. `userId` is null once
 * the account is deleted.
 */
export type OpenRequest = {
  id: string
  about: 'person' | 'issuer'
  userId: string | null
  issuer: string | null
  issuerUserId: string | null
}

/** Null if the request is finished. */
export const findOpenRequest = async (sql: Db, id: string): Promise<OpenRequest | null> => {
  const [row] = await sql<OpenRequest[]>`
    select id, case when issuer is null then 'person' else 'issuer' end as about, user_id, issuer, issuer_user_id
    from deletion_requests where id = ${id} and finished_at is null`
  return row ?? null
}

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
export const countOnStep = async (sql: Db, requestId: string, name: DeletionStepName, amount: number): Promise<void> => {
  await sql`
    update deletion_steps set state = 'trying', amount = coalesce(amount, 0) + ${amount}
    where request_id = ${requestId} and name = ${name} and state in ('waits', 'trying')`
}

/** Finishes the request and releases its last email. Call it in a transaction. */
export const finishRequest = async (t: Db, id: string, now: Date): Promise<void> => {
  const finished = await t`
    update deletion_requests set finished_at = ${now}, user_id = null, issuer_user_id = null, code_sealed = null where id = ${id} and finished_at is null`
  if (finished.count > 0) await releaseLastMail(t, id)
}

/** Whether the person has an open deletion request, for their account page. */
export const isBeingErased = async (sql: Db, userId: string): Promise<boolean> => {
  const rows = await sql`select from deletion_requests where user_id = ${userId} and finished_at is null`
  return rows.length > 0
}
