import { setTimeout as pause } from 'node:timers/promises'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { close, connect, type Sql } from '../db/postgres/connect.ts'
import { runBareTimers } from './bare-floor.ts'
import { memoryOf, proportional } from './memory.ts'
import { type OwnStack, percentile, postsInLedger, startOwnStack } from './own-stack.ts'
import { insertPosts, schedulePatterns, untilStarted } from './waiting-posts.ts'

const { options } = readCommand('bench:burst', (command) =>
  command
    .description(
      'Lets many posts come due in the same second on one worker. Prints how late their last calls arrived at the sandbox, how ' +
        'late bare Temporal workflows are on the same server, and the ratio of the two. The last line is JSON, in milliseconds.',
    )
    .option('--posts <count>', 'posts that come due', wholeNumber(1), 1_000)
    .option('--over <seconds>', 'spread them evenly over so many seconds', wholeNumber(), 0)
    .option(
      '--ahead <seconds>',
      'from scheduling to the first of them; by default a minute and 150 ms for each post',
      wholeNumber(1),
    ),
)
const count = options.posts
const overMs = options.over * 1_000
/** From scheduling the first post to its time: enough to start and prepare all of them. */
const aheadMs = options.ahead === undefined ? 60_000 + count * 150 : options.ahead * 1_000

const stack = await startOwnStack()
const sql = connect({ url: stack.databaseUrl, prepare: true, max: 3 })
try {
  const { lateMs, rssMb } = await burst(stack, sql)
  const { lateMs: floor } = await runBareTimers(stack.temporalAddress, { count, overMs })
  const [p99Ms, floorP99Ms] = [percentile(lateMs, 0.99), percentile(floor, 0.99)]
  const figures = { p50Ms: percentile(lateMs, 0.5), p99Ms, maxMs: Math.max(...lateMs), floorP99Ms }
  const ratio = Math.round((p99Ms / floorP99Ms) * 1_000) / 1_000
  const over = overMs > 0 ? { overMs } : {}
  console.log(JSON.stringify({ bench: 'burst', posts: count, ...over, ...figures, ratio, rssMb }))
} finally {
  await close(sql)
  await stack.stop()
}

async function burst(
  own: OwnStack,
  db: Sql,
): Promise<{ lateMs: number[]; rssMb: Record<string, number> }> {
  const patterns = await schedulePatterns(own)
  const firstDue = new Date(Math.ceil((Date.now() + aheadMs) / 1_000) * 1_000)
  const plan = { count, firstDue, overMs }
  await insertPosts(db, patterns, plan)
  await untilStarted(db)
  console.log(
    `All ${count} workflows run, ${Math.round((firstDue.getTime() - Date.now()) / 1_000)} s ahead.`,
  )
  await pause(firstDue.getTime() - Date.now() - 2_000)
  console.log(`Two seconds ahead: ${await statesOf(db)}`)
  await pause(firstDue.getTime() + overMs - Date.now() + 1_000)
  const rssMb = proportional(memoryOf(own.pid))
  await untilSettled(db)
  console.log(`In the end: ${await statesOf(db)}`)
  return { lateMs: await latenessOf(own, plan), rssMb }
}

async function statesOf(db: Sql): Promise<string> {
  const rows = await db<{ state: string; count: number }[]>`
    select state, count(*)::int from targets where text like 'Post %' group by state order by state`
  return rows.map((row) => `${row.count} ${row.state}`).join(', ')
}

/** Waits for their receipts too, so that nothing else runs during the baseline. */
async function untilSettled(db: Sql): Promise<void> {
  for (;;) {
    const [row] = await db<{ open: number }[]>`
      select count(*)::int as open from targets
      where text like 'Post %' and finished_at is null and state not in ('failed', 'missed', 'canceled', 'unconfirmed')`
    if (row?.open === 0) return
    await pause(1_000)
  }
}

async function latenessOf(own: OwnStack, plan: { firstDue: Date }): Promise<number[]> {
  const arrivals = new Map<string, number[]>()
  for (const post of await postsInLedger(own))
    arrivals.set(post.text, [...(arrivals.get(post.text) ?? []), post.commitCallAtMs])
  return Array.from({ length: count }, (_, index) => {
    const [at, ...others] = arrivals.get(`Post ${index} of ${count}`) ?? []
    if (at === undefined || others.length > 0)
      throw new Error(`post ${index} exists ${others.length + (at === undefined ? 0 : 1)} times`)
    return Math.round(at - plan.firstDue.getTime() - (index * overMs) / count)
  })
}
