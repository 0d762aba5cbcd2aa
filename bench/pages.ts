import { readCommand, wholeNumber } from '../commands/command.ts'
import { close, connect } from '../db/postgres/connect.ts'
import { percentile } from './own-stack.ts'
import type { BenchPage } from './pages/list.ts'
import { type Client, createClient } from './pages/load.ts'
import { fillPlace, openPlace, type WorkspaceName, workspaceNames } from './pages/place.ts'
import {
  type PagesStack,
  processorMs,
  processorMsOfChildren,
  residentMb,
  startPagesStack,
} from './pages/stack.ts'
import { measureStreams } from './pages/streams.ts'

/**
 * What each page costs on the compiled server. Three workspaces: the demo; `full` with 50,000
 * posts, 5,000 files, 200 accounts and 100,000 events; and `short`, the same team with a tenth of
 * the history.
 * - `p99Ms`, `p50Ms`: sequential requests on `full`, from sending one until its last byte;
 *   `demoP99Ms` on the demo
 * - `growth`: p50 on `full` divided by p50 on `short`
 * - `shareOfFloor`: requests per second with 8 connections, relative to a trivial page (one select,
 *   one template) requested alternately
 * - `gzKb`: the size of the compressed HTML; `rssGrowthMb`: how much the server's memory grew over
 *   all views
 * - `cpuMs`, `databaseMs`: the processor time of the server and of PostgreSQL per view. They hold
 *   even while other work keeps the machine busy
 */
const { options } = readCommand('bench:pages', (command) =>
  command
    .description(
      'Measures what each page costs on the compiled server, beside a trivial page. The last line is JSON.',
    )
    .option(
      '--views <count>',
      'views of all pages together, for the growth of memory',
      wholeNumber(1),
      10_000,
    )
    .option('--posts <count>', 'posts of the full workspace', wholeNumber(1), 50_000)
    .option('--rounds <count>', 'timed requests of each page', wholeNumber(1), 200)
    .option('--streams <count>', 'open live streams', wholeNumber(), 400)
    .option('--only <pages>', 'only these pages, comma separated')
    .option('--folder <folder>', 'keep what was filled in this folder for the next run'),
)
const { views, posts, rounds, streams } = options

type Figures = {
  p99Ms: number
  shareOfFloor: number
  gzKb: number
  rssGrowthMb: number
  p50Ms: number
  demoP99Ms: number
  growth: number
  cpuMs: number
  databaseMs: number
}

const startedAt = Date.now()
const stack = await startPagesStack((url) => fillPlace(url, posts), options.folder)
const place = await openPlace(stack.databaseUrl)
for (const name of workspaceNames)
  place.pages[name] = place.pages[name].filter(
    (page) => !options.only || options.only.split(',').includes(page.name),
  )
say(`Filled and up after ${Math.round((Date.now() - startedAt) / 1_000)} s.`)
try {
  await run(stack)
} finally {
  await stack.stop()
}

async function run({ server, floor, origin, databaseUrl, databasePid }: PagesStack): Promise<void> {
  const client = createClient(server.url, { cookie: place.cookies[0]!, origin })
  const floorClient = createClient(floor.url)
  const timed = await timeAll(client)
  const baseMb = residentMb(server.pid)
  say(
    `${'page'.padEnd(18)} ${['p50', 'p99', 'demo p99', 'growth', 'share', 'cpu', 'database', 'KB gz', 'RSS +MB'].map((word) => word.padStart(9)).join('')}`,
  )
  const result: Record<string, Figures> = {}
  let floorMs = 0
  let floorViews = 0
  for (const page of place.pages.full) {
    const rate = await rateBeside(client, floorClient, page, {
      server: server.pid,
      database: databasePid,
    })
    floorMs += rate.floorMs
    floorViews += rate.floorViews
    const { full: own = [], short: shorter = [], demo = [] } = timed[page.name] ?? {}
    const figures: Figures = {
      p99Ms: round(percentile(own, 0.99)),
      shareOfFloor: Math.round(rate.share * 1_000) / 1_000,
      gzKb: round((await client.gzipBytes(page)) / 1_024),
      rssGrowthMb: Math.round(residentMb(server.pid) - baseMb),
      p50Ms: round(percentile(own, 0.5)),
      demoP99Ms: round(percentile(demo, 0.99)),
      growth: round(percentile(own, 0.5) / percentile(shorter, 0.5)),
      cpuMs: Math.round(rate.cpuMs * 100) / 100,
      databaseMs: Math.round(rate.databaseMs * 100) / 100,
    }
    result[page.name] = figures
    say(line(page.name, figures))
  }
  const floorPerS = Math.round((floorViews / floorMs) * 1_000)
  const streamFigures = streams > 0 ? await openStreams(server, databaseUrl) : undefined
  say(
    `${(await goals(result, streamFigures?.kbEach)).join('\n')}\nTook ${Math.round((Date.now() - startedAt) / 1_000)} s.`,
  )
  await Promise.all([client.close(), floorClient.close()])
  console.log(JSON.stringify({ bench: 'pages', floorPerS, pages: result, streams: streamFigures }))
}

/** Requests each page of each workspace `rounds` times, after five requests that aren't counted. */
async function timeAll(
  client: Client,
): Promise<Record<string, Partial<Record<WorkspaceName, number[]>>>> {
  const times: Record<string, Partial<Record<WorkspaceName, number[]>>> = {}
  for (const name of workspaceNames)
    for (const page of place.pages[name]) {
      for (let round = 0; round < 5; round += 1) await client.ask(page)
      const took: number[] = []
      for (let round = 0; round < rounds; round += 1) took.push(await client.ask(page))
      times[page.name] = { ...times[page.name], [name]: took }
    }
  return times
}

/**
 * Requests the page and the trivial page alternately, so that both run under the same conditions.
 */
async function rateBeside(
  client: Client,
  floorClient: Client,
  page: BenchPage,
  pids: { server: number; database: number },
) {
  const turns = 10
  const floorPage: BenchPage = { name: 'floor', path: '/full' }
  let [pageMs, floorMs, cpuMs, databaseMs] = [0, 0, 0, 0]
  const inTurn = Math.ceil(views / turns)
  const floorInTurn = Math.min(inTurn, 400)
  for (let turn = 0; turn < turns; turn += 1) {
    floorMs += await floorClient.flood(floorPage, floorInTurn)
    const [cpuBefore, databaseBefore] = [
      processorMs(pids.server),
      processorMsOfChildren(pids.database),
    ]
    pageMs += await client.flood(page, inTurn)
    cpuMs += processorMs(pids.server) - cpuBefore
    databaseMs += processorMsOfChildren(pids.database) - databaseBefore
  }
  const floorViews = floorInTurn * turns
  const pageViews = inTurn * turns
  const share = pageViews / pageMs / (floorViews / floorMs)
  return {
    share,
    cpuMs: cpuMs / pageViews,
    databaseMs: databaseMs / pageViews,
    floorMs,
    floorViews,
  }
}

async function openStreams(server: { url: string; pid: number }, databaseUrl: string) {
  const sql = connect({ url: databaseUrl, prepare: true, max: 1, applicationName: 'bench' })
  const change = async () => {
    await sql`update targets set waiting_for = waiting_for where id = (select t.id from targets t join workspaces w on w.id = workspace_id
      where w.slug = 'full' and t.state = 'scheduled' order by t.due_at limit 1)`
  }
  const figures = await measureStreams(server, '/w/full/calendar/events', {
    cookies: place.cookies.slice(1),
    count: streams,
    change,
  })
  await close(sql)
  say(
    `${figures.open} open streams: ${figures.kbEach} KB each; a change takes ${figures.changeCpuMs} ms of the server's processor.`,
  )
  return figures
}

/** The goals that are missed, in words. */
async function goals(result: Record<string, Figures>, kbEach = 0): Promise<string[]> {
  const missed = Object.entries(result).flatMap(([name, figures]) => [
    ...(figures.p99Ms > 100 || figures.demoP99Ms > 100 ? [`${name}: p99 over 100 ms`] : []),
    ...(figures.growth > 1.5 ? [`${name}: grows with history, ${figures.growth} times`] : []),
    ...(figures.gzKb > 40 ? [`${name}: over 40 KB`] : []),
    ...(figures.shareOfFloor < 0.25
      ? [`${name}: ${figures.shareOfFloor} of the trivial page`]
      : []),
    ...(figures.rssGrowthMb > 100 ? [`${name}: memory grew by more than 100 MB`] : []),
  ])
  if (kbEach > 40) missed.push(`a stream costs ${kbEach} KB, over 40`)
  return missed.length === 0 ? ['All goals are met.'] : ['Missed:', ...missed]
}

function line(name: string, f: Figures): string {
  const columns = [
    f.p50Ms,
    f.p99Ms,
    f.demoP99Ms,
    f.growth,
    f.shareOfFloor,
    f.cpuMs,
    f.databaseMs,
    f.gzKb,
    f.rssGrowthMb,
  ]
  return `${name.padEnd(18)} ${columns.map((value) => String(value).padStart(9)).join('')}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function say(words: string): void {
  console.log(words)
}
