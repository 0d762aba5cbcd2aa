import postgres from 'postgres'

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

/** Opens the pool. Columns come back in camelCase; keys inside jsonb stay as they are. */
export const connect = (settings: DatabaseSettings): Sql => {
  const sql = open(settings)
  const { direct } = settings
  if (!direct || direct.url === settings.url) return sql
  const listening = open({ ...settings, ...direct, max: 1 })
  const end: Sql['end'] = async (options) => {
    await Promise.all([listening.end(options), endOf(options)])
  }
  const endOf = sql.end
  return Object.assign(sql, { listen: listening.listen, end })
}

const open = ({ url, prepare, max = 12, applicationName = 'cratesocial' }: DatabaseSettings): Sql =>
  postgres(url, {
    max,
    prepare,
    idle_timeout: 60,
    connect_timeout: 10,
    transform: { column: postgres.camel.column },
    onnotice: () => undefined,
    connection: { application_name: applicationName, ...(prepare ? guards : {}) },
  })

/** Gives the role of this connection the guards, for connections that PgBouncer opens. */
export const keepGuardsInRole = async (sql: Sql): Promise<void> => {
  const [place] = await sql<{ role: string; database: string }[]>`select current_user as role, current_database() as database`
  if (!place) throw new Error('a connection has a role and a database')
  for (const [name, value] of Object.entries(guards))
    await sql`alter role ${sql(place.role)} in database ${sql(place.database)} set ${sql(name)} to ${sql.unsafe(`'${value}'`)}`
}

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
