import { setTimeout as sleep } from 'node:timers/promises'
import type { CountedComment } from '../../local/sandbox/ledger.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'
import type { ChaosOptions } from './arguments.ts'
import { createDice } from './faults/dice.ts'
import { carryOutFaults, carryOutTroubles, connectAgain, planFaults } from './faults/fault-plan.ts'
import { carryOutKills, type Killed, planKills } from './faults/kill-plan.ts'
import { type House, startHouse } from './house.ts'
import { type HousePlan, portsFrom } from './house-environment.ts'
import { kindOfNumber, schedule, type Wanted } from './posts.ts'
import { moveIn, type Residents } from './residents.ts'
import { generous, setInSandbox } from './sandbox-settings.ts'
import type { Stage } from './stage.ts'
import { hasEnded, judge, readClaims, type Verdict } from './verdict.ts'

export type ChaosResult = {
  chaos: true
  seed: number
  posts: number
  kills: number
  killed: Killed
  /** Faults that affected a call. */
  faults: number
  hurried: boolean
  /**
   * How often processes ended without being killed, for example because their database was gone,
   * and were restarted.
   */
  endedByItself: number
  lost: number
  duplicated: number
  wronglyReported: number
  unconfirmed: number
  failed: number
  /** Posts with a first comment, and what became of the comments that are not simply published. */
  comments: number
  commentsUnconfirmed: number
  commentsFailed: number
  p99LateMs: number
}

type Plan = ChaosOptions & Stage & Pick<HousePlan, 'https'>

export const runChaos = async (plan: Plan): Promise<ChaosResult> => {
  const restarts = createDice(plan.seed, 'restarts')
  const house = await startHouse({
    ...plan,
    ports: portsFrom(plan.port),
    restartDelayMs: () => restarts.whole(200, 5_000),
  })
  try {
    return await live(plan, house)
  } finally {
    await house.stop()
  }
}

const live = async (plan: Plan, house: House): Promise<ChaosResult> => {
  const { say, seed } = plan
  await setInSandbox(house, generous)
  const residents = await moveIn(house)
  say('everything runs and every account is connected')
  const fromMs = Date.now() + 30_000 + plan.posts * (await paceMs(residents))
  const untilMs = fromMs + plan.minutes * 60_000
  const faults = planFaults(createDice(seed, 'faults'), Math.max(45, Math.round(plan.posts / 2)))
  const disturbing = Promise.all([
    carryOutFaults(house, createDice(seed, 'fault moments'), faults, {
      composingFromMs: Date.now(),
      dueFromMs: fromMs - 20_000,
      untilMs,
    }),
    carryOutTroubles(house, createDice(seed, 'troubles'), fromMs - 20_000, untilMs),
  ])
  disturbing.catch(() => undefined) // awaited below
  const wanted = await scheduleAll(plan, residents, fromMs, untilMs)
  say(
    `${wanted.length} posts are scheduled; the first is due in ${Math.round((fromMs - Date.now()) / 1_000)} s`,
  )
  const kills = planKills(
    createDice(seed, 'kills'),
    plan.kills,
    Math.max(Date.now(), fromMs - 15_000),
    untilMs + 10_000,
  )
  const killed = await carryOutKills(house, kills, say)
  await disturbing
  await connectAgain(house, residents)
  say('nothing is killed any more; the account whose connection had ended is connected again')
  await untilEnded(plan, house)
  const met = await countFaults(house)
  const ledger = (await ask(house, '/ledger/posts')) as LedgerPost[]
  const ledgerComments = (await ask(house, '/ledger/comments')) as CountedComment[]
  const verdict = judge(wanted, await readClaims(house.sql), ledger, ledgerComments)
  report(verdict, say)
  const parts = [...house.workers, ...house.servers, house.temporal, house.postgres].filter(
    (part) => part !== undefined,
  )
  const { lost, duplicated, wronglyReported, unconfirmed, failed, p99LateMs } = verdict
  const { comments, commentsUnconfirmed, commentsFailed } = verdict
  return {
    chaos: true,
    seed,
    posts: wanted.length,
    kills: Object.values(killed).reduce((sum, count) => sum + count, 0),
    killed,
    faults: met,
    hurried: plan.hurry,
    endedByItself: parts.reduce((sum, part) => sum + part.endedByItself(), 0),
    ...{ lost, duplicated, wronglyReported, unconfirmed, failed },
    ...{ comments, commentsUnconfirmed, commentsFailed, p99LateMs },
  }
}

/**
 * The time to compose a post here: opening and submitting the composer, and loading the post's
 * page.
 */
const paceMs = async ({ admin, slug }: Residents): Promise<number> => {
  const startedAt = Date.now()
  for (let opened = 0; opened < 5; opened += 1) await admin.open(`/w/${slug}/posts/new`)
  return Math.max(250, 4 * ((Date.now() - startedAt) / 5))
}

/** In the order of their times, so that the last are composed while the first are published. */
const scheduleAll = async (
  plan: Plan,
  residents: Residents,
  fromMs: number,
  untilMs: number,
): Promise<Wanted[]> => {
  const dice = createDice(plan.seed, 'posts')
  const commentDice = createDice(plan.seed, 'comments')
  const times = Array.from({ length: plan.posts }, () => dice.whole(fromMs, untilMs)).sort(
    (a, b) => a - b,
  )
  const kinds = dice.shuffle(times.map((_, index) => kindOfNumber(index)))
  const plans = kinds.map((kind, index) => {
    const dueAt = new Date(Math.floor((times[index] ?? untilMs) / 1_000) * 1_000)
    const comment = kind.comment === true && commentDice.share() < commented
    return { number: index + 1, kind, account: dice.pick(kind.accounts), dueAt, comment }
  })
  const left = plans.entries()
  const wanted: Wanted[] = []
  const writeOn = async () => {
    for (const [index, plan] of left) wanted[index] = await schedule(residents, plan)
  }
  await Promise.all(Array.from({ length: writers }, writeOn))
  return wanted
}

/** The share of posts with a first comment, where the kind takes one. */
const commented = 0.7

/** How many posts are composed in parallel. */
const writers = 3

/** Waits until every post has ended, or nothing more can be expected. */
const untilEnded = async (plan: Plan, house: House): Promise<void> => {
  if (plan.hurry) {
    await untilAllLeft(plan, house)
    await quiet(house)
  }
  const patienceMs = plan.hurry ? 8 * 60_000 : 40 * 60_000
  for (const giveUpAt = Date.now() + patienceMs; ; ) {
    const claims = await readClaims(house.sql)
    const open = claims.filter((claim) => !hasEnded(claim))
    if (open.length === 0) return
    const states = [...new Set(open.map(({ state }) => state))].map(
      (state) => `${open.filter((one) => one.state === state).length} ${state}`,
    )
    plan.say(`${open.length} posts are under way: ${states.join(', ')}`)
    if (Date.now() > giveUpAt) return
    if (plan.hurry) await nudge(house)
    for (let seconds = 0; seconds < 10; seconds += 1) {
      await sleep(1_000)
      if (plan.hurry) await house.advance(9_000)
    }
  }
}

/**
 * Temporal's clock isn't moved, so workflows that wait for a time are signaled to read the row
 * again.
 */
const nudge = (house: House) => house.sql`
  insert into outbox (kind, ref_id) select 'target', id from targets
  where (comment_open or state in ('scheduled', 'preparing', 'ready', 'sending', 'processing')) and id not in (select ref_id from outbox where kind = 'target')`

/**
 * Waits until posts that the kills delayed have been sent at their own pace; faults still occur.
 */
const untilAllLeft = async (plan: Plan, house: House): Promise<void> => {
  for (const giveUpAt = Date.now() + 5 * 60_000; Date.now() < giveUpAt; await sleep(5_000)) {
    const claims = await readClaims(house.sql)
    const unsent = claims.filter(({ state }) =>
      ['scheduled', 'preparing', 'ready'].includes(state),
    ).length
    plan.say(`${unsent} posts have not left yet`)
    if (unsent <= claims.length / 20) return
  }
}

/** Waits until there was no call for ten seconds. Only then may clocks run faster than calls. */
const quiet = async (house: House): Promise<void> => {
  await fetch(`${house.controlUrl}/faults`, { method: 'DELETE' })
  for (let seconds = 0; seconds < 10; await sleep(1_000)) {
    const calls = (await ask(house, '/ledger/calls')) as { endMs: number | null }[]
    seconds = calls.every(({ endMs }) => endMs !== null) ? seconds + 1 : 0
  }
}

const countFaults = async (house: House): Promise<number> => {
  const calls = (await ask(house, '/ledger/calls')) as { fault: string | null }[]
  return calls.filter(({ fault }) => fault !== null).length
}

const ask = async (house: House, path: string): Promise<unknown> =>
  (await fetch(house.controlUrl + path)).json()

const report = (
  { judged, strangers, strayComments }: Verdict,
  say: (line: string) => void,
): void => {
  for (const { wanted, claim, exists, faults } of judged) {
    const name = `${wanted.mark} ${wanted.kind.name} on ${wanted.account}, post ${wanted.postId}`
    for (const { sort, words } of faults) say(`${sort}: ${name}: ${words}`)
    if (claim?.state === 'unconfirmed')
      say(`unconfirmed: ${name}: ${claim.waitingFor} (exists ${exists} times)`)
    if (claim?.commentState === 'unconfirmed') say(`comment unconfirmed: ${name}`)
    if (claim?.commentState === 'failed')
      say(`comment failed: ${name}: ${claim.commentProblem?.kind} ${claim.commentProblem?.code}`)
    if (claim?.state === 'failed')
      say(`failed: ${name}: ${claim.problem?.kind} ${claim.problem?.code}`)
  }
  for (const post of strangers)
    say(`nobody asked for ${post.platform} ${post.kind} ${post.id}: ${post.text}`)
  for (const { platform, id, postId, text } of strayComments)
    say(`nobody asked for comment ${id} below ${platform} post ${postId}: ${text}`)
}
