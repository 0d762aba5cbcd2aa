import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { close, connect, type Sql } from '../db/postgres/connect.ts'
import { memoryOf, proportional } from './memory.ts'
import { type OwnStack, percentile, startOwnStack } from './own-stack.ts'
import { insertPosts, schedulePatterns, untilStarted } from './waiting-posts.ts'

const { options } = readCommand('bench:open', (command) =>
  command
    .description(
      'Schedules many posts over the next ninety days, each with its workflow. Prints how long the starting took, what the ' +
        "databases hold (bytes), the memory of each process (MB), and the time of the calendar's views from request to last byte " +
        '(ms). The last line is JSON.',
    )
    .option('--posts <count>', 'posts that wait', wholeNumber(1), 50_000),
)
const count = options.posts
const dayMs = 86_400_000

const stack = await startOwnStack()
const sql = connect({ url: stack.databaseUrl, prepare: true, max: 3 })
try {
  const before = await sizesOf(stack, sql)
  const patterns = await schedulePatterns(stack)
  const startedAt = performance.now()
  await insertPosts(sql, patterns, {
    count,
    firstDue: new Date(Date.now() + dayMs),
    overMs: 90 * dayMs,
  })
  await untilStarted(sql)
  const startMs = Math.round(performance.now() - startedAt)
  const after = await sizesOf(stack, sql)
  const calendar = await timesOf(patterns.cookie, `/w/${patterns.slug}/calendar`)
  const bytesPerPost = {
    postgres: Math.round((after.postgres - before.postgres) / count),
    temporal: Math.round((after.temporal - before.temporal) / count),
  }
  const figures = {
    startMs,
    startsPerSecond: Math.round((count / startMs) * 1_000),
    bytes: after,
    bytesPerPost,
    calendar,
  }
  console.log(
    JSON.stringify({
      bench: 'open',
      posts: count,
      ...figures,
      rssMb: proportional(memoryOf(stack.pid)),
    }),
  )
} finally {
  await close(sql)
  await stack.stop()
}

/** The size of PostgreSQL's database and of Temporal's file with its log, in bytes. */
async function sizesOf(own: OwnStack, db: Sql): Promise<{ postgres: number; temporal: number }> {
  const [row] = await db<{ bytes: string }[]>`select pg_database_size(current_database()) as bytes`
  const files = ['temporal.db', 'temporal.db-wal'].map((name) => join(own.folder, 'temporal', name))
  const temporal = files.map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  return { postgres: Number(row?.bytes), temporal: temporal.reduce((sum, size) => sum + size, 0) }
}

async function timesOf(
  get: (url: string) => Promise<Response>,
  calendar: string,
): Promise<Record<string, { p50Ms: number; p99Ms: number }>> {
  const times: Record<string, { p50Ms: number; p99Ms: number }> = {}
  for (const view of ['month', 'week', 'list']) {
    const took: number[] = []
    for (let round = 0; round < 30; round += 1) {
      const startedAt = performance.now()
      const answer = await get(`${calendar}?view=${view}`)
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`the calendar was answered with ${answer.status}`)
      took.push(Math.round((performance.now() - startedAt) * 10) / 10)
    }
    times[view] = { p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99) }
  }
  return times
}
