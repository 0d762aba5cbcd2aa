import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { memoryOf } from '../../bench/memory.ts'
import { loadConfig } from '../../config/index.ts'
import type { CountedComment } from '../../local/sandbox/ledger.ts'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { createClient } from '../../web/operate/temporal-client.ts'
import { type House, startHouse } from '../chaos/house.ts'
import { portsFrom } from '../chaos/house-environment.ts'
import { type Kind, kinds } from '../chaos/kinds.ts'
import { schedule, type Wanted } from '../chaos/posts.ts'
import { moveIn, type Residents } from '../chaos/residents.ts'
import { generous, setInSandbox } from '../chaos/sandbox-settings.ts'
import type { Supervised } from '../chaos/supervised.ts'
import { type Claim, hasEnded, judge, readClaims } from '../chaos/verdict.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'
import { build, prepareNamespace } from './build.ts'
import { searchFor, seeHealth, seeSchedulesFire, untilSome } from './cluster.ts'
import type { Rehearsal } from './rehearsal.ts'
import { restoreElsewhere } from './restored.ts'

/** Runs all parts in order and returns the figures. Throws at the first problem. */
export const rehearse = async (rehearsal: Rehearsal): Promise<Record<string, unknown>> => {
  const { temporalAddress, say } = rehearsal
  const built = await build()
  const namespace = `rehearsal-${randomBytes(4).toString('hex')}`
  await prepareNamespace(rehearsal.folder, temporalAddress, namespace)
  say(`built, and the namespace ${namespace} is ready at ${temporalAddress}`)
  const given = { temporalAddress, namespace }
  const house = await startHouse({
    ...rehearsal,
    ports: portsFrom(rehearsal.port),
    given,
    build: built,
    restartDelayMs: () => 0,
  })
  const config = loadConfig(house.env)
  const client = createClient(config.temporal, createDataConverter(config.vaultKeys))
  try {
    say(`two servers and two workers are ready at ${house.url}`)
    return await act(rehearsal, { house, built, client })
  } finally {
    await client.connection.close()
    await house.stop()
  }
}

type Set = { house: House; built: string; client: Client }

const act = async (
  rehearsal: Rehearsal,
  { house, built, client }: Set,
): Promise<Record<string, unknown>> => {
  const { say } = rehearsal
  await setInSandbox(house, generous)
  const residents = await moveIn(house)
  say(
    'a person accepted the invitation, made a workspace, connected three platforms and uploaded files',
  )

  const wanted = await scheduleAll(residents, kinds, 1, 30)
  await untilEnded(house)
  const first = await verdictOf(house, wanted, await readClaims(house.sql))
  const links = await openLinks(house)
  say(
    `${wanted.length} posts of every kind are out, at most ${first.p99LateMs} ms late; their ${links} links open`,
  )

  const schedules = await seeSchedulesFire(client)
  say(`schedules have fired: ${JSON.stringify(schedules)}`)
  const found = await searchFor(client, await queriesOf(house))
  say(`the cluster finds ${JSON.stringify(found)}`)

  const memoryMb = Object.fromEntries(
    [...house.workers, ...house.servers].map((part) => [part.name, memoryMbOf(part)]),
  )
  const restartMs = await restartInTurn(rehearsal, house, residents, wanted)
  say(
    `each worker ended and works again after ${restartMs.join(' and ')} ms, while ${wanted.length - kinds.length} posts came due`,
  )
  const health = await seeHealth(client)
  say(`the cluster: ${JSON.stringify(health)}`)
  if (health.inTrouble > 0) throw new Error(`${health.inTrouble} workflows are in trouble`)

  wanted.push(...(await scheduleAll(residents, kinds.slice(0, 3), wanted.length + 1, 110)))
  const { claims, ...restored } = await restoreElsewhere(rehearsal, house, built)
  const last = await verdictOf(house, wanted, claims)
  const endedByItself = house.workers.reduce((sum, part) => sum + part.endedByItself(), 0)
  const { lost, duplicated, wronglyReported, unconfirmed, failed } = last
  const latenessMs = { first: first.p99LateMs, all: last.p99LateMs }
  const posts = {
    posts: wanted.length,
    links,
    lost,
    duplicated,
    wronglyReported,
    unconfirmed,
    failed,
    latenessMs,
  }
  return {
    rehearsal: true,
    ...posts,
    schedules,
    found,
    ...health,
    restartMs,
    memoryMb,
    endedByItself,
    ...restored,
  }
}

/**
 * Schedules a post on the first account of each kind, all for the same second, this many seconds
 * after the last one is scheduled.
 */
const scheduleAll = async (
  residents: Residents,
  of: Kind[],
  from: number,
  aheadS: number,
): Promise<Wanted[]> => {
  const dueAt = new Date(Math.ceil(Date.now() / 1_000 + aheadS + of.length) * 1_000)
  const wanted: Wanted[] = []
  for (const [index, kind] of of.entries())
    wanted.push(
      await schedule(residents, {
        number: from + index,
        kind,
        account: kind.accounts[0] ?? '',
        dueAt,
      }),
    )
  return wanted
}

const untilEnded = (house: House) =>
  untilSome('all posts to come to their end', 240, async () =>
    (await readClaims(house.sql)).every(hasEnded),
  )

/**
 * Compares the ledger with what is reported. Throws unless every post exists once and is reported
 * as published.
 */
const verdictOf = async (house: House, wanted: Wanted[], claims: Claim[]) => {
  const ledger = (await (await fetch(`${house.controlUrl}/ledger/posts`)).json()) as LedgerPost[]
  const comments = (await (
    await fetch(`${house.controlUrl}/ledger/comments`)
  ).json()) as CountedComment[]
  const verdict = judge(wanted, claims, ledger, comments)
  const wrong = verdict.judged.filter(
    ({ faults, claim }) => faults.length > 0 || claim?.state !== 'published',
  )
  if (wrong.length > 0 || verdict.strangers.length > 0)
    throw new Error(
      JSON.stringify([
        ...wrong.map(({ wanted: { mark }, claim, faults }) => ({ mark, claim, faults })),
        ...verdict.strangers,
      ]),
    )
  return verdict
}

/** Some platforms report a post's URL only a while after it was published. */
const openLinks = async ({ sql }: House): Promise<number> => {
  const links = await untilSome('every post to have its link', 240, async () => {
    const rows = await sql<
      { permalink: string | null }[]
    >`select permalink from targets where state = 'published'`
    const known = rows.flatMap(({ permalink }) => permalink ?? [])
    return known.length === rows.length ? known : undefined
  })
  for (const link of links) {
    const response = await fetch(link)
    if (!response.ok) throw new Error(`the link ${link} does not open: ${response.status}`)
    await response.body?.cancel()
  }
  return links.length
}

/** A query for each of our search attributes. */
const queriesOf = async ({ sql }: House): Promise<Record<string, string>> => {
  const [row] = await sql<{ id: string; channel: string }[]>`
    select w.id, (select c.id from channels c where c.workspace_id = w.id limit 1) as channel from workspaces w`
  const ended = (platform: string) =>
    [
      platform,
      `Workspace = '${row?.id}' and Platform = '${platform}' and ExecutionStatus = 'Completed'`,
    ] as const
  const platforms = [...new Set(kinds.map(({ platform }) => platform))]
  return {
    ...Object.fromEntries(platforms.map(ended)),
    channel: `Channel = '${row?.channel}'`,
    published: "State = 'published'",
  }
}

const memoryMbOf = (part: Supervised): number =>
  Math.round(Object.values(memoryOf(part.pid() ?? 0))[0]?.pssMb ?? 0)

/** Posts of every kind come due during the restarts, and all of them are published once. */
const restartInTurn = async (
  { folder }: Rehearsal,
  house: House,
  residents: Residents,
  wanted: Wanted[],
): Promise<number[]> => {
  wanted.push(...(await scheduleAll(residents, kinds, wanted.length + 1, 8)))
  const tookMs: number[] = []
  for (const worker of house.workers) {
    const starts = () =>
      readFileSync(join(folder, 'logs', `${worker.name}.log`), 'utf8').split('"working"').length
    const [before, startedAt] = [starts(), performance.now()]
    await worker.restart()
    await untilSome(`${worker.name} to work again`, 60, async () => starts() > before)
    tookMs.push(Math.round(performance.now() - startedAt))
  }
  await untilEnded(house)
  await verdictOf(house, wanted, await readClaims(house.sql))
  return tookMs
}
