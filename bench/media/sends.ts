import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from '../../db/postgres/connect.ts'
import { type OwnStack, percentile, postsInLedger } from '../own-stack.ts'
import { insertPosts, type Patterns } from '../waiting-posts.ts'

/** A minute and a bit, since a send is armed a minute ahead. */
const aheadMs = 75_000
const postsAtOnce = 30
const batchMs = postsAtOnce * 1_000

type Lateness = { posts: number; p50Ms: number; p99Ms: number; maxMs: number }

/**
 * One post a second, for as long as `work` takes, from the time when the first is due. Returns how
 * late the last call of each that was due meanwhile reached the platform.
 */
export const sendDuring = async (
  { stack, sql, patterns }: { stack: OwnStack; sql: Sql; patterns: Patterns },
  work: () => Promise<void>,
): Promise<Lateness> => {
  const firstDue = Math.ceil((Date.now() + aheadMs) / 1_000) * 1_000
  let batches = 0
  const dueOf = (batch: number) => firstDue + batch * batchMs
  const ending = new AbortController()
  const inserting = (async () => {
    for (; !ending.signal.aborted; batches += 1) {
      const firstOfBatch = new Date(dueOf(batches))
      const plan = { count: postsAtOnce, firstDue: firstOfBatch, overMs: batchMs }
      await insertPosts(sql, patterns, { ...plan, label: labelOf(batches) })
      const waitMs = dueOf(batches + 1) - aheadMs - Date.now()
      await pause(waitMs, null, { signal: ending.signal }).catch(() => undefined) // the work has ended
    }
  })()
  await pause(firstDue - Date.now())
  const startedAt = Date.now()
  try {
    await work()
  } finally {
    ending.abort()
    await inserting
  }
  const endedAt = Date.now()
  await untilSettled(sql)
  const arrivals = new Map<string, number[]>()
  for (const { text, commitCallAtMs } of await postsInLedger(stack))
    arrivals.set(text, [...(arrivals.get(text) ?? []), commitCallAtMs])
  const late: number[] = []
  for (let batch = 0; batch < batches; batch += 1)
    for (let index = 0; index < postsAtOnce; index += 1) {
      const text = `${labelOf(batch)} ${index} of ${postsAtOnce}`
      const [at, ...others] = arrivals.get(text) ?? []
      if (at === undefined || others.length > 0)
        throw new Error(`"${text}" exists ${others.length + (at === undefined ? 0 : 1)} times`)
      const due = dueOf(batch) + index * 1_000
      if (due >= startedAt - 500 && due <= endedAt) late.push(at - due)
    }
  return {
    posts: late.length,
    p50Ms: percentile(late, 0.5),
    p99Ms: percentile(late, 0.99),
    maxMs: Math.max(...late),
  }
}

const labelOf = (batch: number): string => `Post ${batch}:`

const untilSettled = async (sql: Sql): Promise<void> => {
  for (const giveUpAt = Date.now() + 300_000; ; await pause(500)) {
    const [row] = await sql<{ open: number }[]>`
      select count(*)::int as open from targets where text like 'Post %' and finished_at is null`
    if (row?.open === 0) return
    if (Date.now() > giveUpAt) throw new Error(`${row?.open} posts have no result`)
  }
}
