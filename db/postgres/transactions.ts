import type postgres from 'postgres'
import type { Open } from './reconnect.ts'

/** One connection. `lost` is set as soon as it ends. */
type Line = { sql: postgres.Sql; lost: boolean }

export type Held = {
  sql: postgres.Sql
  release(): void
}

export type Transactions = {
  /** `mode` is added to `begin`, for example an isolation level. */
  run<T>(work: (t: postgres.TransactionSql) => Promise<T>, mode?: string): Promise<T>
  /**
   * Reserves a connection for work that isn't a single function, such as reading a cursor over
   * time. The caller begins and ends the transaction.
   */
  hold(): Promise<Held>
  close(): Promise<void>
}

/**
 * Runs transactions on connections of their own, at most `most` at a time. The driver (postgres
 * 3.4.9, porsager/postgres#1097) handles a connection that dies badly: later statements run outside
 * the transaction, its `rollback` goes to a closed socket and crashes the process, and the
 * connection may never answer again. So when a connection is lost, its transaction sends nothing
 * more and the connection is thrown away.
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
    void line.sql.end({ timeout: 1 }) // may never resolve if the connection is gone
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
    run: async (work, mode = '') => {
      const line = await take()
      try {
        return (await line.sql.begin(mode, (raw) =>
          whileAlive(line, work(refusing(line, raw))),
        )) as Awaited<ReturnType<typeof work>>
      } finally {
        give(line)
      }
    },
    hold: async () => {
      const line = await take()
      return { sql: refusing(line, line.sql), release: () => give(line) }
    },
    close: async () => {
      await Promise.all([...lines].map((line) => line.sql.end({ timeout: 5 })))
    },
  }
}

/**
 * Settles only while the connection lives. Once it is lost, the driver itself rejects the
 * transaction, and must not be asked to commit or roll back.
 */
const whileAlive = <T>(line: Line, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    work.then(
      (value) => line.lost || resolve(value),
      (error: unknown) => line.lost || reject(error),
    )
  })

/** Has the driver's code for a closed connection, so `isConnectionLost` recognizes it. */
const lostError = (): Error =>
  Object.assign(new Error('the transaction lost its connection'), { code: 'CONNECTION_CLOSED' })

const refusing = <S extends postgres.Sql | postgres.TransactionSql>(line: Line, raw: S): S =>
  new Proxy(raw, {
    apply(target, self, args) {
      if (line.lost) throw lostError()
      return Reflect.apply(target, self, args)
    },
    get(target, name) {
      if (line.lost && name === 'unsafe') throw lostError()
      return Reflect.get(target, name)
    },
  })
