import postgres from 'postgres'
import { renewing } from './renewing.ts'
import { createTransactions, type Transactions } from './transactions.ts'

export type Sql = postgres.Sql
/** Either the pool or a transaction: what a function of `db/` takes, so that it can be part of a transaction. */
export type Db = postgres.Sql | postgres.TransactionSql

export type DatabaseSettings = {
  url: string
  /** False behind a PgBouncer that hands a connection on with each transaction. */
  prepare: boolean
  /** Past the PgBouncer, where there is one: what is listened to needs a connection that stays. */
  direct?: { url: string; prepare: boolean }
  max?: number
  applicationName?: string
}

/** What a connection allows; PgBouncer takes none of these from a client, there they are the role's (`keepGuardsInRole`). */
const guards = { statement_timeout: 15_000, lock_timeout: 5_000, idle_in_transaction_session_timeout: 15_000, TimeZone: 'UTC' }

/** Which transactions belong to a pool. */
const transactionsOf = new WeakMap<Sql, Transactions>()

/**
 * Opens the pool: half of its connections are for transactions, the other half for everything else. Columns come back in camelCase;
 * keys inside jsonb stay as they are.
 */
export const connect = (settings: DatabaseSettings): Sql => {
  const max = Math.ceil((settings.max ?? 16) / 2)
  const first = open({ ...settings, max })
  const { direct } = settings
  const listening = direct && direct.url !== settings.url ? open({ ...settings, ...direct, max: 1 }) : first
  const sql = renewing(listening, (onclose) => like(first, { max, onclose, ...(settings.prepare ? {} : oneAtATime) }))
  const transactions = createTransactions((onclose) => like(first, { max: 1, onclose }), max)
  transactionsOf.set(sql, transactions)
  return sql
}

/** Longer than posts are prepared ahead: opening a connection takes time that their second does not have. */
const idleS = 20 * 60

const open = ({ url, prepare, max = 1, applicationName = 'cratesocial' }: DatabaseSettings): Sql =>
  postgres(url, {
    max,
    prepare,
    idle_timeout: idleS,
    connect_timeout: 10,
    transform: { column: postgres.camel.column },
    onnotice: () => undefined,
    connection: { application_name: applicationName, ...(prepare ? guards : {}) },
  })

/**
 * PgBouncer hands a server's connection on with its answer, though the next statement was already sent after the first: nobody answers
 * that. A transaction keeps its connection, there it does no harm.
 */
const oneAtATime = { max_pipeline: 0 }

const textArrayOid = 1009

/**
 * Another driver with the same options and with what the first one learns, as the driver itself makes one to listen. A connection
 * asks for the server's array types, and nobody hears when it dies of that: once they are known they are not asked for again.
 */
const like = ({ options }: Sql, more: { max: number; max_pipeline?: number; onclose: () => void }): Sql =>
  postgres({ ...options, ...more, fetch_types: !options.parsers[textArrayOid] } as unknown as Parameters<typeof postgres>[1])

/** Gives the role of this connection the guards, for connections that PgBouncer opens. */
export const keepGuardsInRole = async (sql: Sql): Promise<void> => {
  for (const [name, value] of Object.entries(guards)) {
    const [row] = await sql<{ statement: string }[]>`
      select format('alter role %I in database %I set %s to %L', current_user, current_database(), ${name}::text, ${String(value)}::text) as statement`
    await sql.unsafe(row?.statement ?? '')
  }
}

/** One transaction: all of it or nothing, also when its connection dies. */
export const tx = <T>(sql: Sql, work: (t: postgres.TransactionSql) => Promise<T>): Promise<T> => {
  const transactions = transactionsOf.get(sql)
  if (!transactions) throw new Error('transactions are made on a pool that connect() opened')
  return transactions.run(work)
}

/** Closes the pool; never waits longer than `timeoutMs`, since `end()` can hang on a connection that was killed. */
export const close = async (sql: Sql, timeoutMs = 6_000): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([Promise.all([sql.end({ timeout: 5 }), transactionsOf.get(sql)?.close()]), late])
  clearTimeout(timer)
}
