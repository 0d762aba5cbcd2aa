import { randomBytes } from 'node:crypto'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret } from '../vault/secrets.ts'
import type { Vault } from '../vault/vault.ts'
import { canonicalCode, codeOf, findFutureCode } from './deletion-codes.ts'
import { insertPersonMails, releaseLastMail } from './deletion-mails.ts'
import {
  type DeletionStep,
  type DeletionStepName,
  insertSteps,
  listSteps,
} from './deletion-steps.ts'

/** promise: E3, E4, E5: deletion requests and their progress. */
export type Origin = 'account' | 'page' | 'issuer' | 'retention' | 'restore'

export type OpenedRequest = { id: string; code: string }

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

/** Finishes the request and releases its last email. Call it in a transaction. */
export const finishRequest = async (t: Db, id: string, now: Date): Promise<void> => {
  const finished = await t`
    update deletion_requests set finished_at = ${now}, user_id = null, issuer_user_id = null, code_sealed = null where id = ${id} and finished_at is null`
  if (finished.count > 0) await releaseLastMail(t, id)
}

/** Whether the person has an open deletion request, for their account page. */
export const isBeingErased = async (sql: Db, userId: string): Promise<boolean> => {
  const rows =
    await sql`select from deletion_requests where user_id = ${userId} and finished_at is null`
  return rows.length > 0
}
