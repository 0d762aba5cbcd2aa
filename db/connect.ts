import postgres from 'postgres'

export type Sql = postgres.Sql
/** Either the pool or a transaction: what a function of `db/` takes, so that it can be part of a transaction. */
export type Db = postgres.Sql | postgres.TransactionSql

export type DatabaseSettings = { url: string; prepare: boolean; max?: number; applicationName?: string }

/** Opens the pool. Columns come back in camelCase; keys inside jsonb stay as they are. */
export const connect = (settings: DatabaseSettings): Sql =>
  postgres(settings.url, {
    max: settings.max ?? 12,
    prepare: settings.prepare,
    idle_timeout: 60,
    connect_timeout: 10,
    transform: { column: postgres.camel.column },
    onnotice: () => undefined,
    connection: {
      application_name: settings.applicationName ?? 'cratesocial',
      statement_timeout: 15_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 15_000,
      TimeZone: 'UTC',
    },
  })

/**
 * One transaction. When its connection dies, the driver would run later statements of `work` outside of the transaction
 * (postgres 3.4.9, porsager/postgres#1097): after the loss every further statement is refused.
 */
export const tx = async <T>(sql: Sql, work: (t: postgres.TransactionSql) => Promise<T>): Promise<T> => {
  let lost = false
  const done = sql.begin((raw) => work(refusingAfter(raw, () => lost)))
  done.catch(() => {
    lost = true
  })
  return (await done) as T
}

const refusingAfter = (raw: postgres.TransactionSql, isLost: () => boolean): postgres.TransactionSql =>
  new Proxy(raw, {
    apply(target, self, args) {
      if (isLost()) throw new Error('the transaction lost its connection')
      return Reflect.apply(target, self, args)
    },
  })

/** Closes the pool; never waits longer than `timeoutMs`, since `end()` can hang on a connection that was killed. */
export const close = async (sql: Sql, timeoutMs = 6_000): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([sql.end({ timeout: 5 }), late])
  clearTimeout(timer)
}
