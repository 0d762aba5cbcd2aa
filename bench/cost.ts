import { setTimeout as pause } from 'node:timers/promises'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { close, connect, type Sql } from '../db/postgres/connect.ts'
import { runBareTimers } from './bare-floor.ts'
import { type OwnStack, postsInLedger, startOwnStack } from './own-stack.ts'
import { processorMsOf } from './processor.ts'
import { insertPosts, schedulePatterns, untilStarted } from './waiting-posts.ts'

const { options } = readCommand('bench:cost', (command) =>
  command
    .description(
      'Measures the processor time of Temporal and the worker for a text post and for a photo post, from its start to its ' +
        'receipt, and for a bare workflow with one timer and one empty activity on the same server. Processor time hardly depends ' +
        'on what else the machine does. The last line is JSON, in milliseconds for each post, with the ratios to the bare workflow.',
    )
    .option('--posts <count>', 'posts of each sort, and bare workflows', wholeNumber(1), 200)
    .option('--over <seconds>', 'spread them evenly over so many seconds', wholeNumber(1), 20),
)
const { posts: count } = options
const overMs = options.over * 1_000
/** From scheduling to the first post. Longer than a send is armed ahead, so that each post waits for that. */
const aheadMs = 75_000
/** So many posts first, until the code is compiled and connections are open. */
const warmingUp = Math.min(count, 60)
const idleMs = 20_000

/** Processor time in milliseconds. */
type Cost = { temporal: number; worker: number }

const stack = await startOwnStack()
const sql = connect({ url: stack.databaseUrl, prepare: true, max: 2 })
try {
  const { slug, postIds } = await schedulePatterns(stack)
  const sorts = { text: postIds[0] ?? '', photo: postIds[2] ?? '' }
  await Promise.all(Object.values(sorts).map((id) => publish(id, slug, warmingUp, 5_000)))
  await runBareTimers(stack.temporalAddress, { count: warmingUp, overMs: 5_000 })
  const idle = await idleCost()
  const costs = {
    text: await costOf(idle, () => publish(sorts.text, slug, count, overMs)),
    photo: await costOf(idle, () => publish(sorts.photo, slug, count, overMs)),
    floor: await bareCost(idle),
  }
  for (const [name, { temporal, worker }] of Object.entries(costs))
    console.log(
      `${name.padEnd(6)} Temporal ${round(temporal)} ms, ${name === 'floor' ? 'worker and client' : 'worker'} ${round(worker)} ms`,
    )
  const [textMs, photoMs, floorMs] = [sum(costs.text), sum(costs.photo), sum(costs.floor)]
  const ratios = {
    textRatio: round(textMs / floorMs, 100),
    photoRatio: round(photoMs / floorMs, 100),
  }
  const eachMs = { textMs: round(textMs), photoMs: round(photoMs), floorMs: round(floorMs) }
  console.log(JSON.stringify({ bench: 'cost', posts: count, ...eachMs, ...ratios }))
} finally {
  await close(sql)
  await stack.stop()
}

/** Lets copies of a post come due, and waits until each is published once and has its receipt. */
async function publish(
  patternId: string,
  slug: string,
  posts: number,
  duringMs: number,
): Promise<void> {
  const firstDue = new Date(Date.now() + aheadMs)
  await insertPosts(
    sql,
    { slug, postIds: [patternId] },
    { count: posts, firstDue, overMs: duringMs },
  )
  await untilStarted(sql)
  await pause(firstDue.getTime() + duringMs - Date.now())
  await untilFinished(sql, patternId)
}

async function untilFinished(db: Sql, patternId: string): Promise<void> {
  for (const giveUpAt = Date.now() + 300_000; ; await pause(500)) {
    const rows = await db<{ state: string; count: number }[]>`
      select t.state, count(*)::int from targets t join targets p on p.post_id = ${patternId} and p.channel_id = t.channel_id
      where t.text like 'Post %' and t.kind = p.kind and (t.state <> 'published' or t.finished_at is null) group by t.state`
    if (rows.length === 0) break
    if (Date.now() > giveUpAt) throw new Error(`not published: ${JSON.stringify(rows)}`)
  }
  await pause(2_000) // the workflows end
}

async function costOf(idle: Cost, work: () => Promise<void>): Promise<Cost> {
  const before = usedBy(stack)
  await work()
  const after = usedBy(stack)
  const tookMs = after.at - before.at
  const each = (part: keyof Cost) => (after[part] - before[part] - idle[part] * tookMs) / count
  await checkLedger()
  return { temporal: each('temporal'), worker: each('worker') }
}

async function bareCost(idle: Cost): Promise<Cost> {
  const before = usedBy(stack)
  const { processorMs } = await runBareTimers(stack.temporalAddress, { count, overMs })
  const after = usedBy(stack)
  return {
    temporal: (after.temporal - before.temporal - idle.temporal * (after.at - before.at)) / count,
    worker: processorMs / count,
  }
}

/** What both use for each millisecond without any post. */
async function idleCost(): Promise<Cost> {
  await pause(5_000)
  const before = usedBy(stack)
  await pause(idleMs)
  const after = usedBy(stack)
  const tookMs = after.at - before.at
  return {
    temporal: (after.temporal - before.temporal) / tookMs,
    worker: (after.worker - before.worker) / tookMs,
  }
}

function usedBy(own: OwnStack): Cost & { at: number } {
  const { temporal, worker } = processorMsOf(own.pid)
  if (temporal === undefined || worker === undefined)
    throw new Error('Temporal or the worker does not run below the starter')
  return { temporal, worker, at: performance.now() }
}

/** What was measured is only worth something if every post exists once. */
async function checkLedger(): Promise<void> {
  const texts = (await postsInLedger(stack)).map(({ platform, text }) => `${platform} ${text}`)
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from targets where text like 'Post %' and state = 'published'`
  if (texts.length !== row?.count)
    throw new Error(`${row?.count} posts are published, and the platforms have ${texts.length}`)
}

function sum({ temporal, worker }: Cost): number {
  return temporal + worker
}

function round(value: number, by = 10): number {
  return Math.round(value * by) / by
}
