import type postgres from 'postgres'
import type { Open } from './renewing.ts'

/** One connection of its own. `lost` is set in the very instant in which it ends. */
type Line = { sql: postgres.Sql; lost: boolean }

export type Transactions = {
  run<T>(work: (t: postgres.TransactionSql) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Transactions on lines of their own, at most `most` at once. The driver (postgres 3.4.9, porsager/postgres#1097) does three things
 * wrong when a connection dies: statements that follow run outside of the transaction, its `rollback` is written to a socket that is gone
 * and the process dies of it, and the connection may never answer again. So a transaction whose line is lost makes no further
 * statement, never comes back to the driver, and its line is thrown away.
 */
export const createTransactions = (open: Open, most: number): Transactions => {
  const idle: Line[] = []
  const waiting: ((line: Line) => void)[] = []
  const lines = new Set<Line>()

  const add = (): Line => {
    const line: Line = { lost: false, sql: open(() => (line.lost = true)) }
    lines.add(line)
    return line
  }
  const discard = (line: Line): void => {
    lines.delete(line)
    void line.sql.end({ timeout: 1 }) // of a connection that is gone it may never resolve
  }
  const take = async (): Promise<Line> => {
    for (let line = idle.pop(); line; line = idle.pop()) {
      if (!line.lost) return line
      discard(line)
    }
    return lines.size < most ? add() : new Promise((resolve) => waiting.push(resolve))
  }
  const give = (used: Line): void => {
    if (used.lost) discard(used)
    const next = waiting.shift()
    if (next) next(used.lost ? add() : used)
    else if (!used.lost) idle.push(used)
  }
  return {
    run: async (work) => {
      const line = await take()
      try {
        return (await line.sql.begin((raw) => whileAlive(line, work(refusing(line, raw))))) as Awaited<ReturnType<typeof work>>
      } finally {
        give(line)
      }
    },
    close: async () => {
      await Promise.all([...lines].map((line) => line.sql.end({ timeout: 5 })))
    },
  }
}

/** Neither commit nor rollback follow once the line is lost: the driver itself rejects the transaction then. */
const whileAlive = <T>(line: Line, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    work.then(
      (value) => line.lost || resolve(value),
      (error: unknown) => line.lost || reject(error),
    )
  })

const refusing = (line: Line, raw: postgres.TransactionSql): postgres.TransactionSql =>
  new Proxy(raw, {
    apply(target, self, args) {
      if (line.lost) throw new Error('the transaction lost its connection')
      return Reflect.apply(target, self, args)
    },
  })
