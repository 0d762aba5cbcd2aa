import { setTimeout as pause } from 'node:timers/promises'
import type { ScheduleHandle } from '@temporalio/client'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { loadConfig } from '../config/index.ts'
import { close, connect, type Sql } from '../db/postgres/connect.ts'
import { localSecrets } from '../local/secrets.ts'
import { createDataConverter } from '../temporal/data-converter.ts'
import { createClient } from '../web/operate/temporal-client.ts'
import { measureScheduleId, measureShards } from '../workflows/names.ts'
import { fillAccounts } from './measured-accounts.ts'
import { memoryOf, proportional } from './memory.ts'
import { type OwnStack, startOwnStack } from './own-stack.ts'

/**
 * `npm run bench:measure -- --accounts 10000 --posts 30`: makes the metrics of all these posts due
 * at once, and lets the real schedules, worker and sandbox read them. Two rounds: in the first,
 * every reading is new; before the second, nothing has changed at the platforms, so it should store
 * almost no rows. A third of the accounts each are on Facebook, Instagram and TikTok.
 */
const { options } = readCommand('bench:measure', (command) =>
  command
    .summary('what measuring many accounts takes, against the sandbox')
    .option('--accounts <number>', 'how many accounts', wholeNumber(1), 300)
    .option('--posts <number>', 'how many posts each account has', wholeNumber(1), 30),
)
const { accounts, posts } = options

const stack = await startOwnStack()
try {
  const sql = connect({ url: stack.databaseUrl, prepare: true, max: 4, applicationName: 'bench' })
  await run(stack, sql).finally(() => close(sql))
} finally {
  await stack.stop()
}

async function run(at: OwnStack, sql: Sql): Promise<void> {
  const startedAt = performance.now()
  const client = clientOf(at)
  const schedules = Array.from({ length: measureShards }, (_, shard) =>
    client.schedule.getHandle(measureScheduleId(shard)),
  )
  for (const schedule of schedules) await schedule.pause('the benchmark triggers it')
  await fillAccounts(at, sql, { accounts, posts }, () => untilNoneRuns(schedules))
  await makeDue(sql)
  console.log(`Filled ${accounts} accounts with ${posts} posts each in ${seconds(startedAt)} s.`)
  const first = await measureOnce(schedules, sql)
  await untilNoneRuns(schedules)
  await makeDue(sql)
  const second = await measureOnce(schedules, sql)
  await client.connection.close()
  const memory = proportional(memoryOf(at.pid))
  console.log(
    JSON.stringify({
      bench: 'measure',
      accounts,
      posts,
      shards: measureShards,
      first,
      second,
      memoryMb: memory,
    }),
  )
}

/**
 * Makes everything due now, as after an outage, including the accounts' own daily metrics. Uses
 * milliseconds, as the product does: it stores a reading only if `next_at` is what it has read,
 * which never matches with PostgreSQL's microseconds.
 */
async function makeDue(sql: Sql): Promise<void> {
  const now = new Date()
  await sql`update measured_targets set next_at = ${now} where true`
  await sql`update measured_channels set next_at = ${now}, days_at = ${now}, rests = '{}', rest_until = null where true`
}

function clientOf(at: OwnStack) {
  const { vaultKeys } = loadConfig({
    ...{
      DATABASE_URL: at.databaseUrl,
      SMTP_URL: 'smtp://127.0.0.1',
      THROTTLE_KEY: localSecrets(at.folder).throttleKey,
    },
    VAULT_KEYS: localSecrets(at.folder).vaultKeys,
  })
  const cluster = {
    address: at.temporalAddress,
    namespace: 'default',
    apiKey: undefined,
    tls: undefined,
    metadata: undefined,
  }
  return createClient(
    { ...cluster, uiUrl: undefined, acceptUnsealed: false },
    createDataConverter(vaultKeys),
  )
}

/**
 * A run changes the same rows as the statements for all accounts, in another order. The two would
 * deadlock. A paused schedule starts no run, but still finishes the one that it has started.
 */
async function untilNoneRuns(schedules: ScheduleHandle[]): Promise<void> {
  for (const schedule of schedules)
    while ((await schedule.describe()).info.runningActions.length > 0) await pause(250)
}

type Round = {
  seconds: number
  readingsPerS: number
  accountsPerS: number
  newRows: number
  problems: number
}

/** Triggers every schedule once and waits until nothing is due. */
async function measureOnce(schedules: ScheduleHandle[], sql: Sql): Promise<Round> {
  const before = await count(sql`select count(*)::int as n from snapshots`)
  const startedAt = performance.now()
  for (const schedule of schedules) await schedule.trigger()
  for (;;) {
    await pause(1_000)
    const due = await count(
      sql`select count(*)::int as n from measured_targets where next_at <= now()`,
    )
    const waiting = await count(sql`select count(*)::int as n from unmeasured_targets`)
    if (due + waiting === 0) break
    const resting = await count(
      sql`select count(*)::int as n from measured_channels where rest_until > now()`,
    )
    if (resting > 0)
      console.log(`${due} readings are due; ${resting} accounts rest after a refusal`)
  }
  const tookS = (performance.now() - startedAt) / 1_000
  return {
    seconds: Math.round(tookS),
    readingsPerS: Math.round((accounts * posts) / tookS),
    accountsPerS: Math.round((accounts / tookS) * 10) / 10,
    newRows: (await count(sql`select count(*)::int as n from snapshots`)) - before,
    problems: await count(
      sql`select count(*)::int as n from measured_channels where problem is not null`,
    ),
  }
}

/** The number that a query returns as `n`. */
async function count(query: PromiseLike<readonly { [key: string]: number }[]>): Promise<number> {
  const [row] = await query
  return row?.n ?? 0
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(0)
}
