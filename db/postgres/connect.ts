import postgres from 'postgres'
import { renewing } from './reconnect.ts'
import { createTransactions, type Held, type Transactions } from './transactions.ts'
import { createQueue, type Queue, type WaitLimits } from './waiting.ts'

export type Sql = postgres.Sql
/**
 * The pool or a transaction. Functions in `db/` take a `Db`, so callers can run them inside a
 * transaction.
 */
export type Db = postgres.Sql | postgres.TransactionSql

export type DatabaseSettings = {
  url: string
  /** Whether to use prepared statements. False behind a PgBouncer in transaction pooling mode. */
  prepare: boolean
  /**
   * The address that bypasses PgBouncer, if there is one: `listen` needs a connection that stays
   * open.
   */
  direct?: { url: string; prepare: boolean }
  max?: number
  applicationName?: string
  /**
   * Limits for web pages, which should fail fast. Undefined: no limit on waiting for a connection.
   */
  impatient?: WaitLimits & { statementMs: number; lockMs: number }
}

/** The limits for web pages: how long a person is made to wait. */
export const forPages: NonNullable<DatabaseSettings['impatient']> = {
  longestMs: 2_000,
  most: 200,
  statementMs: 5_000,
  lockMs: 2_000,
}

/**
 * Session settings of every connection. PgBouncer doesn't pass them on, so `keepGuardsInRole` sets
 * them on the role.
 */
export const guards = {
  statement_timeout: 15_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 15_000,
  TimeZone: 'UTC',
}

/** The transactions of each pool. `straight` bypasses PgBouncer, for backups and migrations. */
const transactionsOf = new WeakMap<Sql, { pooled: Transactions; straight: Transactions }>()

/**
 * Opens the pool. Half of its connections are for transactions, the other half for single
 * statements. Column names come back in camelCase; keys inside jsonb don't change.
 */
export const connect = (settings: DatabaseSettings): Sql => {
  const max = Math.ceil((settings.max ?? 16) / 2)
  const first = open({ ...settings, max })
  const { direct } = settings
  const listening =
    direct && direct.url !== settings.url ? open({ ...settings, ...direct, max: 1 }) : first
  const { impatient } = settings
  const connection =
    impatient && settings.prepare
      ? { connection: { ...first.options.connection, ...sessionOf(impatient) } }
      : {}
  const pool = renewing(listening, (onclose) =>
    like(first, { max, onclose, ...(settings.prepare ? {} : oneAtATime), ...connection }),
  )
  const sql = impatient ? queued(pool, createQueue(max, impatient)) : pool
  const transactions = createTransactions((onclose) => like(first, { max: 1, onclose }), max)
  const queue = impatient && createQueue(max, impatient)
  const straight = createTransactions((onclose) => like(listening, { max: 1, onclose }), max)
  transactionsOf.set(sql, {
    pooled: queue ? queuedTransactions(transactions, queue) : transactions,
    straight,
  })
  return sql
}

/**
 * Limits of a page's statements. Each statement is planned once for each connection: planning it
 * for each view takes longer than running it, and its indexes fit every workspace.
 */
const sessionOf = ({ statementMs, lockMs }: { statementMs: number; lockMs: number }) => ({
  statement_timeout: statementMs,
  lock_timeout: lockMs,
  plan_cache_mode: 'force_generic_plan',
})

/** A query of the driver that has not been sent yet; `handler` sends it (postgres 3.4.9). */
type Unsent = Promise<unknown> & { handler(query: Unsent): void; reject(error: unknown): void }

/**
 * Queues statements here instead of in the driver. The driver sends a new statement after others on
 * the same connection, so one locked table would delay pages that read other tables.
 */
const queued = (sql: Sql, queue: Queue): Sql =>
  new Proxy(sql, {
    apply: (target, self, args) => {
      const query = Reflect.apply(target, self, args) as unknown as Unsent
      if (typeof query?.handler !== 'function') return query
      const send = query.handler
      query.handler = (unsent) => {
        queue.enter().then(
          (leave) => {
            send(unsent)
            unsent.then(leave, leave)
          },
          (error: unknown) => unsent.reject(error),
        )
      }
      return query
    },
  })

const queuedTransactions = (transactions: Transactions, queue: Queue): Transactions => ({
  ...transactions,
  run: async (work, mode) => {
    const leave = await queue.enter()
    return await transactions.run(work, mode).finally(leave)
  },
})

/**
 * In seconds. Longer than the lead time of a post, so that no post has to open a connection at its
 * scheduled time.
 */
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
 * PgBouncer gives a server connection to another client as soon as it has answered. A statement
 * that was already pipelined after the first would never be answered, so the pool sends one at a
 * time. Transactions keep their connection and don't need this.
 */
const oneAtATime = { max_pipeline: 0 }

const textArrayOid = 1009

/**
 * Opens another driver with the options of the first one and the array types it has already
 * learned, as the driver itself does for `listen`. A new connection would otherwise query the array
 * types, and nothing reports an error if the connection dies during that query.
 */
const like = (
  { options }: Sql,
  more: { max: number; max_pipeline?: number; onclose: () => void; connection?: object },
): Sql =>
  postgres({
    ...options,
    ...more,
    fetch_types: !options.parsers[textArrayOid],
  } as unknown as Parameters<typeof postgres>[1])

/** Sets the guards on the current role, for connections that PgBouncer opens. */
export const keepGuardsInRole = async (sql: Sql): Promise<void> => {
  for (const [name, value] of Object.entries(guards)) {
    const [row] = await sql<{ statement: string }[]>`
      select format('alter role %I in database %I set %s to %L', current_user, current_database(), ${name}::text, ${String(value)}::text) as statement`
    await sql.unsafe(row?.statement ?? '')
  }
}

/**
 * Runs `work` in one transaction, which is rolled back if the connection dies. After a deadlock,
 * Postgres has rolled everything back and `work` runs once more, so it must do nothing that the
 * database can't undo: no API calls, emails or files.
 */
export const tx = <T>(sql: Sql, work: (t: postgres.TransactionSql) => Promise<T>): Promise<T> =>
  onceMoreAfterDeadlock(() => findTransactions(sql).pooled.run(work))

/**
 * For functions that begin transactions: inside this one, each of theirs is a savepoint, so what they
 * did is kept or lost with it.
 */
export const inside = (t: postgres.TransactionSql): Sql => {
  const sql = t as unknown as Sql
  const within: Transactions = {
    run: async (work) => (await t.savepoint(work)) as Awaited<ReturnType<typeof work>>,
    hold: () => Promise.reject(new Error('a transaction has one connection')),
    close: () => Promise.resolve(),
  }
  transactionsOf.set(sql, { pooled: within, straight: within })
  return sql
}

/**
 * A transaction that bypasses PgBouncer and never runs twice, for migrations, backups and restores.
 * `mode` is added to `begin`, for example an isolation level.
 */
export const txStraight = <T>(
  sql: Sql,
  work: (t: postgres.TransactionSql) => Promise<T>,
  mode?: string,
): Promise<T> => findTransactions(sql).straight.run(work, mode)

/**
 * Reserves a connection. The caller begins and ends the transaction on it, and must call `release`.
 */
export const hold = (sql: Sql): Promise<Held> => findTransactions(sql).pooled.hold()

const findTransactions = (sql: Sql): { pooled: Transactions; straight: Transactions } => {
  const transactions = transactionsOf.get(sql)
  if (!transactions) throw new Error('transactions are made on a pool that connect() opened')
  return transactions
}

/**
 * Runs `work` again after a deadlock: Postgres ended this transaction so that the other one could
 * go on.
 */
export const onceMoreAfterDeadlock = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!isDeadlock(error)) throw error
    return work()
  }
}

const isDeadlock = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '40P01'

/**
 * Closes the pool. Waits at most `timeoutMs`, because `end()` can hang on a connection that was
 * killed.
 */
export const close = async (sql: Sql, timeoutMs = 6_000): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const { pooled, straight } = transactionsOf.get(sql) ?? {}
  const lines = [pooled?.close(), straight?.close()]
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([Promise.all([sql.end({ timeout: 5 }), ...lines]), late])
  clearTimeout(timer)
}
