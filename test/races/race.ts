import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Person } from '../../local/people/person.ts'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { createDice, type Dice } from '../chaos/faults/dice.ts'
import type { Track } from './track.ts'
import { judge, type Outcome } from './verdict.ts'

export type Race = {
  seed: number
  requests: number
  postsPerRound: number
  requestsPerRound: number
  /** The accounts that every post is published to. */
  accounts: string[]
}

export type RaceResult = {
  test: 'races'
  seed: number
  requests: number
  /** Responses by status. */
  answers: Record<string, number>
  serverErrors: number
  deadlocks: number
  targets: number
  published: number
  canceled: number
  disagreements: number
}

const zone = 'Europe/Zurich'
/**
 * Requests arrive this long before and after the second of sending, most of them very close to it.
 */
const aroundMs = 1_500
const closeMs = 250

/**
 * Posts come due in rounds, and people move, cancel, edit and publish them at that second from
 * several sessions at once. At the end, every target is compared with the platforms' ledger and
 * with its page.
 */
export const runRaces = async (track: Track, race: Race): Promise<RaceResult> => {
  const dice = createDice(race.seed, 'races')
  const deadlocksBefore = await countDeadlocks(track.sql)
  const answers: number[] = []
  for (let sent = 0, round = 1; sent < race.requests; sent += race.requestsPerRound, round += 1) {
    const count = Math.min(race.requestsPerRound, race.requests - sent)
    const statuses = await runRound(track, race, dice, { round, count })
    track.say(
      `round ${round}: ${Object.entries(countBy(statuses))
        .map(([status, times]) => `${times} × ${status}`)
        .join(', ')}`,
    )
    answers.push(...statuses)
  }
  await untilEnded(track)
  const outcomes = await readOutcomes(track.sql)
  const disagreements = await judge(track, outcomes)
  for (const { mark, account, words } of disagreements) track.say(`${mark} on ${account}: ${words}`)
  return {
    test: 'races',
    seed: race.seed,
    requests: answers.length,
    answers: countBy(answers),
    serverErrors: answers.filter((status) => status >= 500).length,
    deadlocks: (await countDeadlocks(track.sql)) - deadlocksBefore,
    targets: outcomes.length,
    published: outcomes.filter(({ state }) => state === 'published').length,
    canceled: outcomes.filter(({ state }) => state === 'canceled').length,
    disagreements: disagreements.length,
  }
}

export const hasFailed = ({ serverErrors, deadlocks, disagreements }: RaceResult): boolean =>
  serverErrors + deadlocks + disagreements > 0

const runRound = async (
  track: Track,
  race: Race,
  dice: Dice,
  { round, count }: { round: number; count: number },
): Promise<number[]> => {
  const dueAt = new Date(Math.ceil(Date.now() / 1_000 + 6 + race.postsPerRound * 0.6) * 1_000)
  const posts: string[] = []
  for (let number = 1; number <= race.postsPerRound; number += 1)
    posts.push(await schedule(track, race, `[race ${round}.${number}]`, dueAt))
  const startsAt = dueAt.getTime() - aroundMs
  if (Date.now() > startsAt)
    throw new Error('scheduling took longer than there was time before the race')
  await sleep(startsAt - Date.now())
  return Promise.all(
    Array.from({ length: count }, async () => {
      const postId = dice.pick(posts)
      const person = dice.pick(track.sessions)
      const act = dice.pick(['move', 'cancel', 'edit', 'now', 'cancelOne'] as const)
      const looksFirst = dice.share() < 0.5
      const nearMs = dice.share() < 0.7 ? closeMs : aroundMs
      await sleep(aroundMs + dice.whole(-nearMs, nearMs))
      return request(track, race, { postId, person, act, looksFirst })
    }),
  )
}

const schedule = async (track: Track, race: Race, mark: string, dueAt: Date): Promise<string> => {
  const page = await compose(
    track.sessions[0]!,
    track.slug,
    {
      text: `${mark} as scheduled`,
      channel: race.accounts.map(track.channel),
      time: wallTimeOf(dueAt, zone),
    },
    'Schedule',
  )
  const postId = page.url.match(/posts\/([0-9a-f-]{36})\?/)?.[1]
  if (!postId) throw new Error(`${mark} was not scheduled: ${page.text.slice(0, 600)}`)
  return postId
}

type Wish = {
  postId: string
  person: Person
  act: 'move' | 'cancel' | 'edit' | 'now' | 'cancelOne'
  looksFirst: boolean
}
type Look = { version: number; left: number; text: string; targetIds: string[] }

/**
 * Sends the request as the forms do. `looksFirst`: with the row's version of a moment before, like
 * a page that was just opened.
 */
const request = async (
  track: Track,
  race: Race,
  { postId, person, act, looksFirst }: Wish,
): Promise<number> => {
  const look = await lookAt(track.sql, postId)
  const later = wallTimeOf(new Date(Math.ceil(Date.now() / 1_000 + 8) * 1_000), zone)
  const seen: [string, string][] = looksFirst ? [['version', String(look.version)]] : []
  const at = `/w/${track.slug}/posts/${postId}`
  const send = async (path: string, fields: [string, string][]): Promise<number> => {
    const answer = await person.request(path, { method: 'POST', body: new URLSearchParams(fields) })
    await answer.body?.cancel()
    return answer.status
  }
  switch (act) {
    case 'cancel':
      return send(`${at}/cancel`, seen)
    case 'now':
      return send(`${at}/now`, seen)
    case 'move':
      return send(`${at}/move`, [['time', later], ['zone', zone], ...seen])
    case 'cancelOne':
      return send(`${at}/targets/${look.targetIds[0]}/cancel`, seen)
    case 'edit':
      return send(at, [
        ['text', `${look.text.split(']')[0]}] edited at ${Date.now()}-${Math.random()}`],
        ...race.accounts.map((name): [string, string] => ['channel', track.channel(name)]),
        ['time', later],
        ['zone', zone],
        ['version', String(look.version)],
        ['left', String(look.left)],
        ['act', 'schedule'],
      ])
  }
}

const lookAt = async (sql: Sql, postId: string): Promise<Look> => {
  const [look] = await sql<Look[]>`
    select p.version, p.text, array(select id from targets where post_id = p.id order by id) as target_ids,
      (select count(*)::int from targets where post_id = p.id
        and state in ('sending', 'processing', 'published', 'unconfirmed')) as left
    from posts p where p.id = ${postId}`
  if (!look) throw new Error(`post ${postId} is gone`)
  return look
}

const readOutcomes = (sql: Sql): Promise<Outcome[]> => sql<Outcome[]>`
  select t.post_id, t.id as target_id, substring(t.text from '^\\[race [0-9.]+\\]') as mark, t.text, t.state, t.platform_post_id,
    c.account_id as account
  from targets t join channels c on c.id = t.channel_id where t.text like '[race %' order by t.id`

/** Waits until nothing is in progress any more, including moved posts. */
const untilEnded = async ({ sql, say }: Track): Promise<void> => {
  for (const giveUpAt = Date.now() + 180_000; Date.now() < giveUpAt; await sleep(500)) {
    const [row] = await sql<{ open: number }[]>`
      select count(*)::int as open from targets
      where text like '[race %' and state in ('scheduled', 'preparing', 'ready', 'sending', 'processing')`
    if (row?.open === 0) return
  }
  say('some targets are still under way after three minutes')
}

/** Deadlocks in this database since it was created. Every backend reports them within a second. */
const countDeadlocks = async (sql: Sql): Promise<number> => {
  await sleep(1_500)
  const [row] = await sql<{ deadlocks: number }[]>`
    select deadlocks::int from pg_stat_database where datname = current_database()`
  return row?.deadlocks ?? 0
}

const countBy = (statuses: number[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
