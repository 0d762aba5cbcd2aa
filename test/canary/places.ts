import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isGrpcServiceError } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import proto from '@temporalio/proto'
import type { VaultKey } from '../../config/values.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { createCodec } from '../../temporal/data-converter.ts'
import type { createClient } from '../../web/operate/temporal-client.ts'
import type { Place } from './search.ts'

/**
 * Every file below a folder. Read while its programs run, so files and folders that disappear
 * meanwhile are skipped.
 */
export const filesIn = async (
  folder: string,
  name: string,
  leftOut: string[] = [],
): Promise<Place[]> => {
  const places: Place[] = []
  const isLeftOut = (inside: string) =>
    leftOut.some((out) => inside === out || inside.startsWith(`${out}/`))
  const read = async (below: string): Promise<void> => {
    for (const entry of (await unlessGone(readdir(below, { withFileTypes: true }))) ?? []) {
      const path = join(below, entry.name)
      const inside = relative(folder, path)
      if (isLeftOut(inside)) continue
      if (entry.isDirectory()) await read(path)
      const bytes = entry.isFile() ? await unlessGone(readFile(path)) : null
      if (bytes) places.push({ name: `${name}/${inside}`, bytes })
    }
  }
  await read(folder)
  return places
}

const unlessGone = <Result>(reading: Promise<Result>): Promise<Result | null> =>
  reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })

/** Every row of every table, including tables outside our schema, as `copy` writes them. */
export const tablesOf = async (sql: Sql): Promise<Place[]> => {
  const tables = await sql<{ name: string }[]>`
    select quote_ident(nspname) || '.' || quote_ident(relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where relkind in ('r', 'm') and nspname <> 'information_schema' and nspname not like 'pg\\_%' order by 1`
  const places: Place[] = []
  for (const { name } of tables) {
    const chunks: Buffer[] = []
    for await (const chunk of await sql.unsafe(`copy ${name} to stdout`).readable())
      chunks.push(chunk as Buffer)
    places.push({ name: `table ${name}`, bytes: Buffer.concat(chunks) })
  }
  return places
}

type Client = ReturnType<typeof createClient>

/**
 * The history of every workflow in three forms: its bytes, its JSON (payloads in base64), and the
 * contents of its payloads opened with the vault's key. Only the product can open them, but even
 * there must be no token. Headers and what Temporal itself writes aren't sealed and are searched as
 * they are. A history that is deleted meanwhile, as after an account was deleted, is skipped.
 */
export const historiesIn = async (client: Client, keys: VaultKey[]): Promise<Place[]> => {
  const codec = createCodec(keys, { acceptUnsealed: true })
  const places: Place[] = []
  for await (const run of client.workflow.list()) {
    const history = await historyOf(client, run)
    if (!history) continue
    const name = `history ${run.type} ${run.workflowId} ${run.runId}`
    const opened = await codec.decode(payloadsIn(history))
    places.push(
      {
        name: `${name}: bytes`,
        bytes: Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish()),
      },
      { name: `${name}: json`, bytes: Buffer.from(historyToJSON(history)) },
      {
        name: `${name}: opened`,
        bytes: Buffer.concat(opened.map((payload) => Buffer.from(payload.data ?? []))),
      },
    )
  }
  return places
}

const notFound = 5

const historyOf = (client: Client, { workflowId, runId }: { workflowId: string; runId: string }) =>
  client.workflow
    .getHandle(workflowId, runId)
    .fetchHistory()
    .catch((error: unknown) => {
      if (isGrpcServiceError(error) && error.code === notFound) return null
      throw error
    })

type Payload = proto.temporal.api.common.v1.IPayload

const payloadsIn = (value: unknown): Payload[] => {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  if ('metadata' in value && 'data' in value) return [value as Payload]
  return Object.values(value).flatMap(payloadsIn)
}
