import type postgres from 'postgres'

/** Opens one more driver. `onclose` is called as soon as one of its connections ends. */
export type Open = (onclose: () => void) => postgres.Sql

/**
 * How long the queries of a replaced driver may still run: the statement timeout of the database.
 */
const farewellMs = 15_000

/**
 * A driver that is replaced whenever one of its connections ends. In postgres 3.4.9, a statement
 * that is written while its connection ends makes that place in the pool unusable. `listener` is
 * not replaced, because it reconnects without help. It also serves `listen` and `begin`
 * (migrations, backups), which need a connection that stays open.
 */
export const renewing = (listener: postgres.Sql, open: Open): postgres.Sql => {
  const begin = (): postgres.Sql => {
    const sql: postgres.Sql = open(() => {
      if (sql !== current) return
      current = begin()
      setTimeout(() => {
        drivers.delete(sql)
        void sql.end({ timeout: 1 }) // may never resolve on a broken connection
      }, farewellMs).unref()
    })
    drivers.add(sql)
    return sql
  }
  const drivers = new Set<postgres.Sql>([listener])
  let current = begin()
  const end: postgres.Sql['end'] = async (options) => {
    current = listener // no new driver is opened from now on
    await Promise.all([...drivers].map((driver) => driver.end(options)))
  }
  return new Proxy(listener, {
    apply: (_listener, self, args) => Reflect.apply(current, self, args),
    get: (_listener, name) => {
      if (name === 'end') return end
      return Reflect.get(name === 'listen' || name === 'begin' ? listener : current, name)
    },
  })
}
