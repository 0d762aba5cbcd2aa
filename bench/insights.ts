import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { insertMembership } from '../db/people/memberships.ts'
import { insertSession } from '../db/people/sessions.ts'
import { insertUser } from '../db/people/users.ts'
import { insertWorkspace } from '../db/people/workspaces.ts'
import { close, connect, type Sql } from '../db/postgres/connect.ts'
import { migrate } from '../db/postgres/migrate.ts'
import { createVault } from '../db/vault/vault.ts'
import { freePort } from '../local/ports.ts'
import { ensureDatabase, startPostgres } from '../local/postgres/server.ts'
import { createDiskStore } from '../media/store.ts'
import { createPlatforms } from '../platforms/index.ts'
import { type Browser, createBrowser } from '../test/support/browsing.ts'
import { testConfig } from '../test/support/config.ts'
import { withoutTemporal } from '../test/support/without-temporal.ts'
import { numberFormat } from '../text/formatters.ts'
import { createApp } from '../web/app.ts'
import { createLive } from '../web/notifications/live.ts'
import { fillInsights } from './insight-rows.ts'
import { percentile } from './own-stack.ts'

const { options } = readCommand('bench:insights', (command) =>
  command
    .description(
      'Fills one workspace with accounts, posts and readings, in a PostgreSQL of its own, and times the real pages on it: the ' +
        'time of the server, from request to last byte. The last line is JSON.',
    )
    .option('--channels <count>', 'connected accounts', wholeNumber(1), 100)
    .option('--posts <count>', 'posts of each account in a month', wholeNumber(1), 30)
    .option(
      '--elsewhere <count>',
      'posts of each account in a month that were not made here',
      wholeNumber(0),
      10,
    )
    .option('--months <count>', 'months of history', wholeNumber(1, 240), 24)
    .option('--rounds <count>', 'requests of each page', wholeNumber(1), 40),
)
const { channels, posts: postsPerMonth, elsewhere: elsewherePerMonth, months } = options
const zone = 'Europe/Zurich'

const folder = await mkdtemp(join(tmpdir(), 'cratesocial-bench-'))
const postgres = await startPostgres({
  dataDir: folder,
  port: await freePort(),
  password: 'bench',
  logFile: join(folder, 'postgres.log'),
})
try {
  await ensureDatabase(postgres, 'bench')
  const sql = connect({ url: postgres.url('bench'), prepare: true, applicationName: 'bench' })
  await run(sql).finally(() => close(sql))
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}

async function run(sql: Sql): Promise<void> {
  await migrate(sql)
  const { browser, workspaceId, stop } = await openApp(sql)
  const startedAt = performance.now()
  await fillInsights(sql, { workspaceId, zone, channels, postsPerMonth, elsewherePerMonth, months })
  await vacuum()
  console.log(`Filled in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`)
  const { rows, bytes } = await weigh(sql)
  const pages = await timePages(sql, browser)
  await stop()
  console.log(
    JSON.stringify({
      bench: 'insights',
      rows,
      bytes,
      channels,
      postsPerMonth,
      elsewherePerMonth,
      months,
      pages,
    }),
  )
}

/**
 * The database does this itself over time. It takes longer than the product's statement timeout.
 */
async function vacuum(): Promise<void> {
  const sql = connect({ url: postgres.url('bench'), prepare: false, max: 1 })
  try {
    await sql`set statement_timeout = 0`
    await sql`vacuum (analyze)`
  } finally {
    await close(sql)
  }
}

async function openApp(
  sql: Sql,
): Promise<{ browser: Browser; workspaceId: string; stop(): Promise<void> }> {
  // As in production: templates are read once.
  const config = { ...testConfig(), production: true }
  const log = pino({ level: 'warn' })
  const live = await createLive(sql, log)
  const app = createApp({
    ...{ sql, config, log, live },
    vault: createVault(config.vaultKeys),
    platforms: createPlatforms(config),
    mediaStore: createDiskStore(pathToFileURL(join(folder, 'media')).href),
    temporal: withoutTemporal,
    now: Date.now,
  })
  const userId = await insertUser(sql, {
    email: 'ada@example.com',
    name: 'Ada',
    passwordHash: '-',
    isOperator: false,
  })
  const workspaceId = await insertWorkspace(sql, {
    slug: 'northside',
    name: 'Northside',
    zone,
    createdBy: userId,
  })
  if (!workspaceId) throw new Error('the workspace could not be made')
  await insertMembership(sql, workspaceId, userId, 'manager')
  const browser = createBrowser(app, config.publicUrl)
  browser.setCookie(`__Host-session=${await insertSession(sql, userId, new Date())}`)
  return { browser, workspaceId, stop: () => live.close() }
}

/**
 * The rows of `snapshots`, and the bytes of everything that measuring stores, tables and indexes.
 */
async function weigh(sql: Sql): Promise<{ rows: number; bytes: number }> {
  const tables = await sql<{ name: string; rows: number; heap: number; indexes: number }[]>`
    select t.name, (xpath('/row/n/text()', query_to_xml('select count(*) as n from ' || t.name, false, true, '')))[1]::text::float8 as rows,
      sum(pg_table_size(c.oid))::float8 as heap, sum(pg_indexes_size(c.oid))::float8 as indexes
    from unnest(array['snapshots', 'account_snapshots', 'channel_days', 'format_days', 'workspace_days', 'channel_months', 'measured_targets', 'elsewhere_posts']) t(name)
      join pg_class c on c.oid = t.name::regclass or c.oid in (select inhrelid from pg_inherits where inhparent = t.name::regclass)
    where c.relkind in ('r', 'p') group by t.name order by 4 desc`
  const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  for (const one of tables)
    console.log(
      `${one.name.padEnd(18)} ${numberFormat().format(one.rows).padStart(10)} rows, table ${mega(one.heap)}, indexes ${mega(one.indexes)}`,
    )
  const rows = tables.find((one) => one.name === 'snapshots')?.rows ?? 0
  const bytes = tables.reduce((sum, one) => sum + one.heap + one.indexes, 0)
  const perRow = bytes / rows
  const factor = 1000 / channels
  console.log(
    `All of it: ${mega(bytes)}, ${perRow.toFixed(0)} bytes a snapshot. For 1,000 accounts: ${numberFormat().format(rows)} × ${factor} = ` +
      `${numberFormat().format(rows * factor)} snapshots, ${((bytes * factor) / 1e9).toFixed(1)} GB; ` +
      `${Math.round(((rows * factor) / (months * 30.4) / 86_400) * 10) / 10} new ones a second.`,
  )
  return { rows, bytes }
}

async function timePages(
  sql: Sql,
  browser: Browser,
): Promise<Record<string, { p50Ms: number; p99Ms: number }>> {
  const [channel] = await sql<{ id: string }[]>`select id from channels order by account_id limit 1`
  const posts = await sql<
    { id: string }[]
  >`select post_id as id from targets order by published_at limit 20`
  const ranges = ['7d', '28d', '90d', '12m', '24m']
  const addresses: Record<string, string[]> = {
    workspace: ranges.map((range) => `/w/northside/insights?range=${range}`),
    workspaceMadeHere: ranges.map((range) => `/w/northside/insights?range=${range}&made=here`),
    channel: ranges.map((range) => `/w/northside/insights/${channel?.id}?range=${range}`),
    post: posts.map((post) => `/w/northside/posts/${post.id}`),
  }
  const result: Record<string, { p50Ms: number; p99Ms: number }> = {}
  for (const [name, paths] of Object.entries(addresses)) {
    const all: number[] = []
    for (const path of paths) {
      const times = await timesOf(browser, path)
      if (name !== 'post')
        console.log(
          `${path.replace(/[0-9a-f-]{36}/, ':channel').padEnd(44)} p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`,
        )
      all.push(...times)
    }
    const round = (share: number) => Math.round(percentile(all, share) * 10) / 10
    result[name] = { p50Ms: round(0.5), p99Ms: round(0.99) }
  }
  return result
}

/** The first round of a page isn't counted, because it reads templates and opens connections. */
async function timesOf(browser: Browser, path: string): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round <= options.rounds; round += 1) {
    const startedAt = performance.now()
    const page = await browser.get(path)
    if (page.status !== 200) throw new Error(`${path} answered ${page.status}`)
    if (round > 0) times.push(performance.now() - startedAt)
  }
  return times
}
