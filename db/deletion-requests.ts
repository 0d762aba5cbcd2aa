import { randomInt } from 'node:crypto'
import type { Db } from './connect.ts'
import { enqueue } from './outbox.ts'
import { hashSecret } from './secrets.ts'

/** promise: E3, E4, E5: wishes to be erased, and how far they have come. */
export type Origin = 'account' | 'page' | 'issuer' | 'retention'
export type StepName = 'posts' | 'tokens' | 'revoke' | 'media' | 'content' | 'account'
export type StepState = 'waits' | 'trying' | 'done' | 'gave_up'
export type DeletionStep = {
  position: number
  name: StepName
  issuer: string | null
  state: StepState
  amount: number | null
  nextTryAt: Date | null
  endedAt: Date | null
}
/** Whose data goes: a person's account, or what a platform's account of this id gave us. */
export type Subject = { userId: string } | { issuer: string; issuerUserId: string }
export type NewRequest = Subject & { origin: Origin; now: Date }

/** Crockford's letters: nothing that is read as something else. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 100 random bits: `7F2K-Q9MD-4XWA-80TJ-M3VX`. */
const newCode = (): string => readableCode(Array.from({ length: 20 }, () => letters[randomInt(32)]).join(''))

/** Letters and digits alone of what was written down in any case, with or without hyphens. */
export const canonicalCode = (given: string): string => given.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')

/** As people read it, however it was given. */
export const readableCode = (given: string): string =>
  canonicalCode(given)
    .match(/.{1,4}/g)
    ?.join('-') ?? ''

/**
 * Begins an erasure; call it in a transaction. Returns the code, which is kept nowhere but as a hash. A person whose erasure is under
 * way gets a new code for the same request, so that no code is ever needed twice.
 */
export const openDeletionRequest = async (sql: Db, request: NewRequest): Promise<{ id: string; code: string }> => {
  const code = newCode()
  const hash = hashSecret(canonicalCode(code))
  const userId = 'userId' in request ? request.userId : null
  const [row] = await sql<{ id: string }[]>`
    insert into deletion_requests (code_hash, origin, user_id, issuer, issuer_user_id, asked_at)
    values (${hash}, ${request.origin}, ${userId}, ${'issuer' in request ? request.issuer : null},
      ${'issuer' in request ? request.issuerUserId : null}, ${request.now})
    on conflict (user_id) where finished_at is null and user_id is not null do update set code_hash = excluded.code_hash
    returning id`
  const { id } = row!
  await insertSteps(
    sql,
    id,
    userId === null ? ['posts', 'tokens', 'content'] : ['posts', 'tokens', 'media', 'content', 'account'],
  )
  await enqueue(sql, 'deletion', id)
  return { id, code }
}

const insertSteps = async (sql: Db, requestId: string, names: StepName[]): Promise<void> => {
  for (const name of names)
    await sql`
      insert into deletion_steps (request_id, position, name) values (${requestId}, ${positions[name]}, ${name})
      on conflict do nothing`
}

/** Revocations come between the tokens and the rest, one for each issuer. */
export const positions: Record<StepName, number> = { posts: 10, tokens: 20, revoke: 30, media: 60, content: 70, account: 80 }

export type FollowedRequest = { id: string; askedAt: Date; finishedAt: Date | null; steps: DeletionStep[] }

/** promise: E4: what may be seen with the code. */
export const findRequestByCode = async (sql: Db, code: string): Promise<FollowedRequest | null> => {
  const [request] = await sql<Omit<FollowedRequest, 'steps'>[]>`
    select id, asked_at, finished_at from deletion_requests where code_hash = ${hashSecret(canonicalCode(code))}`
  return request ? { ...request, steps: await listSteps(sql, request.id) } : null
}

export const listSteps = async (sql: Db, requestId: string): Promise<DeletionStep[]> =>
  sql<DeletionStep[]>`
    select position, name, issuer, state, amount, next_try_at, ended_at from deletion_steps
    where request_id = ${requestId} order by position`

export type OpenRequest = { id: string; userId: string | null; issuer: string | null; issuerUserId: string | null }

/** Null when it is done. */
export const findOpenRequest = async (sql: Db, id: string): Promise<OpenRequest | null> => {
  const [row] = await sql<OpenRequest[]>`
    select id, user_id, issuer, issuer_user_id from deletion_requests where id = ${id} and finished_at is null`
  return row ?? null
}

/** What a repeat finds done already is added to what was counted before. */
export const endStep = async (sql: Db, requestId: string, name: StepName, end: { amount?: number; now: Date }): Promise<void> => {
  await sql`
    update deletion_steps set state = 'done', amount = coalesce(amount, 0) + ${end.amount ?? 0}, next_try_at = null, ended_at = ${end.now}
    where request_id = ${requestId} and name = ${name} and state <> 'done'`
}

/** Keeps count while a step is at work. */
export const countOnStep = async (sql: Db, requestId: string, name: StepName, amount: number): Promise<void> => {
  await sql`
    update deletion_steps set state = 'trying', amount = coalesce(amount, 0) + ${amount}
    where request_id = ${requestId} and name = ${name} and state in ('waits', 'trying')`
}

export const finishRequest = async (sql: Db, id: string, now: Date): Promise<void> => {
  await sql`
    update deletion_requests set finished_at = ${now}, user_id = null, issuer_user_id = null where id = ${id} and finished_at is null`
}

/** The open request of a person, for their own page. */
export const isBeingErased = async (sql: Db, userId: string): Promise<boolean> => {
  const rows = await sql`select from deletion_requests where user_id = ${userId} and finished_at is null`
  return rows.length > 0
}
