import type { TransactionSql } from 'postgres'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'

/** A write of a key. `nameHash`: of the Idempotency-Key. `contentHash`: of what it asks for. */
export type ApiRequest = {
  keyId: string
  workspaceId: string
  nameHash: Buffer
  contentHash: Buffer
}

/** The answer that the request got before. `isSame`: it asked for the same. */
export type KnownAnswer = { status: number; answer: JsonRecord; isSame: boolean }

export const findAnswer = async (sql: Db, request: ApiRequest): Promise<KnownAnswer | null> => {
  const [known] = await sql<KnownAnswer[]>`
    select status, answer, content_hash = ${request.contentHash} as is_same from api_requests
    where key_id = ${request.keyId} and name_hash = ${request.nameHash} and status is not null`
  return known ?? null
}

/**
 * Takes the name of a request, in the transaction that carries it out. False if it is taken. A
 * second request with the same name waits here until the first one is done.
 */
export const takeName = async (t: TransactionSql, request: ApiRequest): Promise<boolean> => {
  const { count } = await t`
    insert into api_requests (key_id, name_hash, workspace_id, content_hash)
    values (${request.keyId}, ${request.nameHash}, ${request.workspaceId}, ${request.contentHash})
    on conflict (key_id, name_hash) do nothing`
  return count > 0
}

export const keepAnswer = async (
  t: TransactionSql,
  request: ApiRequest,
  { status, answer }: { status: number; answer: JsonRecord },
): Promise<void> => {
  await t`
    update api_requests set status = ${status}, answer = ${t.json(answer)}
    where key_id = ${request.keyId} and name_hash = ${request.nameHash}`
}

/** For a request that changed nothing: the same one can be carried out again. */
export const releaseName = async (t: TransactionSql, request: ApiRequest): Promise<void> => {
  await t`
    delete from api_requests where key_id = ${request.keyId} and name_hash = ${request.nameHash}`
}
