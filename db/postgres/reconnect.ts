import type postgres from 'postgres'

/** Opens one more driver; `onclose` is called in the very instant in which one of its connections ends. */
export type Open = (onclose: () => void) => postgres.Sql

/** A former driver's queries get so long to end, as long as the database lets a statement run. */
const farewellMs = 15_000

/**
 * A driver that is replaced whenever one of its connections ends: what was written to a connection in the moment of its end keeps that
 * connection's place in the pool from ever working again (postgres 3.4.9). `listener` stays: it connects and listens again by itself. What
 * needs a connection that stays, `listen` and `begin` (migrations, backups), is its.
 */
export const renewing = (listener: postgres.Sql, open: Open): postgres.Sql => {
  const begin = (): postgres.Sql => {
    const sql: postgres.Sql = open(() => {
      if (sql !== current) return
      current = begin()
      setTimeout(() => {
        drivers.delete(sql)
        void sql.end({ timeout: 1 }) // with a broken connection it may never resolve
      }, farewellMs).unref()
    })
    drivers.add(sql)
    return sql
  }
  const drivers = new Set<postgres.Sql>([listener])
  let current = begin()
  const end: postgres.Sql['end'] = async (options) => {
    current = listener // nothing is opened any more
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
