import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '../../../db/postgres/connect.ts'
import type { CountedComment } from '../../../local/sandbox/ledger.ts'
import type { LedgerPost } from '../../support/platforms/ledger.ts'
import type { House } from '../house.ts'
import { kinds } from '../kinds.ts'
import { schedule, type Wanted } from '../posts.ts'
import type { Residents } from '../residents.ts'
import { hasEnded, judge, readClaims } from '../verdict.ts'
import type { BreakpointServer, Place } from './breakpoint-server.ts'
import { type Cut, isMet, mayStayUnconfirmed, type Round, type Step } from './cuts.ts'

/**
 * The result for one kind of post that was cut at one moment. `words`: what is wrong; empty if
 * nothing is.
 */
export type Cell = { round: string; kind: string; met: boolean; state: string; words: string }

type Rig = { house: House; residents: Residents; breakpoints: BreakpointServer }

/**
 * Schedules one post of each kind for the same second. Kills the worker once each of them has
 * reached or passed the moment.
 */
export const cutRound = async (
  rig: Rig,
  round: Round,
  firstNumber: number,
  of = kinds,
): Promise<Cell[]> => {
  const { house, breakpoints } = rig
  house.resetClock()
  const [first, ...others] = round.cuts
  if (!first) throw new Error(`the round "${round.name}" has no cut`)
  breakpoints.holdAt((place) => isAt(first, place))
  const dueAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 15_000)
  const wanted: Wanted[] = []
  for (const [index, kind] of of.entries())
    wanted.push(
      await schedule(rig.residents, {
        number: firstNumber + index,
        kind,
        account: kind.accounts[0] ?? '',
        dueAt,
      }),
    )
  let met = await cut(rig, first, wanted)
  for (const next of others) {
    if (next.step === 'reconcileTarget' && next.moment === 'row') await house.advance(unclearMs)
    breakpoints.holdAt((place) => isAt(next, place))
    met = await cut(rig, next, wanted)
  }
  breakpoints.release()
  await house.advance(windowMs)
  await untilEnded(house, wanted)
  return judgeRound(house, round, wanted, met)
}

/**
 * The lease, the longest call and the delay of lists, plus a margin. After that, reconciliation may
 * conclude "absent".
 */
const windowMs = 6 * 60_000

/**
 * If TikTok's photos are unclear, a person is asked after 15 minutes; until then, reconciliation
 * writes no row.
 */
const unclearMs = 20 * 60_000

/**
 * A row can only be observed after the call, so the step is held there and released repeatedly
 * until the row shows it.
 */
const isAt = (cut: Cut, place: Place): boolean => {
  if (cut.moment !== 'row')
    return place.name === cut.step && place.moment === cut.moment && place.number === cut.number
  return (
    (place.name === cut.step && place.moment === 'after') ||
    (isLater(place.name, cut.step) && place.moment === 'before')
  )
}

const order: Step[] = [
  'prepareTarget',
  'sendTarget',
  'reconcileTarget',
  'checkTarget',
  'finishTarget',
  'writeComment',
  'findComment',
]
const isLater = (name: string, step: Step): boolean =>
  order.indexOf(name as Step) > order.indexOf(step)

/** Kills the worker at the cut. Returns the ids of the posts that it affected. */
const cut = async (rig: Rig, cut: Cut, wanted: Wanted[]): Promise<Set<string>> => {
  const met = new Set<string>()
  for (const giveUpAt = Date.now() + 120_000; ; await sleep(20)) {
    const rows = await readRows(rig.house.sql, wanted)
    const held = new Set(rig.breakpoints.held().map(({ targetId }) => targetId))
    for (const row of rows) if (held.has(row.id) && !isPast(row, cut.step)) met.add(row.postId)
    const open = rows.filter((row) => !isPast(row, cut.step))
    if (cut.moment === 'row' ? open.length === 0 : open.every((row) => held.has(row.id))) break
    if (cut.moment === 'row' && open.every((row) => held.has(row.id))) {
      rig.breakpoints.step()
      if (await allPast(rig.house.sql, wanted, cut.step)) break
    }
    if (Date.now() > giveUpAt)
      throw new Error(
        `not at ${cut.step} ${cut.moment}: ${open.map((row) => `${row.id} ${row.platform} ${row.state} ${row.waitingFor}`).join(', ')}`,
      )
  }
  for (const worker of rig.house.workers) await worker.kill()
  rig.breakpoints.step()
  return met
}

/** Polls as fast as possible for a moment, so that the kill follows the row at once. */
const allPast = async (sql: Sql, wanted: Wanted[], step: Step): Promise<boolean> => {
  for (const giveUpAt = Date.now() + 1_500; Date.now() < giveUpAt; )
    if ((await readRows(sql, wanted)).every((row) => isPast(row, step))) return true
  return false
}

type Row = {
  id: string
  postId: string
  platform: string
  state: string
  waitingFor: string | null
  attemptNumber: number
  finishedAt: Date | null
  commentOpen: boolean
  commentState: string | null
}

const readRows = (sql: Sql, wanted: Wanted[]): Promise<Row[]> => sql<Row[]>`
  select id, post_id, platform, state, waiting_for, attempt_number, finished_at, comment_open, comment_state from targets where post_id = any(${wanted.map(({ postId }) => postId)})`

/** Whether the row shows the result of the step. */
const isPast = (row: Row, step: Step): boolean => {
  const reached = [
    'scheduled',
    'preparing',
    'ready',
    'sending',
    'processing',
    'published',
    'failed',
    'unconfirmed',
  ].indexOf(row.state)
  switch (step) {
    case 'prepareTarget':
      return reached >= 2
    case 'sendTarget':
      return reached >= 4
    case 'reconcileTarget':
      return reached >= 4 || (row.attemptNumber > 0 && reached < 3)
    case 'checkTarget':
      return reached >= 5
    case 'finishTarget':
      return row.finishedAt !== null || reached > 5
    case 'writeComment':
    case 'findComment':
      if (row.commentState === 'waiting' || reached > 5) return true
      return (
        reached === 5 && !row.commentOpen && (row.commentState !== null || row.finishedAt !== null)
      )
  }
}

/** Advances the clocks for posts that only become clear with time. */
const untilEnded = async (house: House, wanted: Wanted[]): Promise<void> => {
  for (let round = 0; round < 6; round += 1) {
    for (const giveUpAt = Date.now() + 40_000; Date.now() < giveUpAt; await sleep(250)) {
      const claims = await claimsOf(house, wanted)
      if (claims.every((claim) => hasEnded(claim))) return
    }
    await house.advance(windowMs)
  }
}

const claimsOf = async (house: House, wanted: Wanted[]) => {
  const ids = new Set(wanted.map(({ postId }) => postId))
  return (await readClaims(house.sql)).filter(({ postId }) => ids.has(postId))
}

const judgeRound = async (
  house: House,
  round: Round,
  wanted: Wanted[],
  met: Set<string>,
): Promise<Cell[]> => {
  const ledger = (await (await fetch(`${house.controlUrl}/ledger/posts`)).json()) as LedgerPost[]
  const comments = (await (
    await fetch(`${house.controlUrl}/ledger/comments`)
  ).json()) as CountedComment[]
  const { judged } = judge(wanted, await claimsOf(house, wanted), ledger, comments)
  const last = round.cuts.at(-1)
  return judged.map(({ wanted: { kind, postId }, claim, exists, faults }) => {
    const state = claim?.state ?? 'no row'
    const words = faults.map((fault) => `${fault.sort}: ${fault.words}`)
    const isHonest =
      state === 'published' || (state === 'unconfirmed' && mayStayUnconfirmed(kind.name, round))
    if (!isHonest) words.push(`${state}: ${claim?.waitingFor ?? claim?.problem?.words ?? ''}`)
    if (exists !== 1) words.push(`exists ${exists} times`)
    if (last && last.moment !== 'row' && isMet(kind.name, last) !== met.has(postId))
      words.push(met.has(postId) ? 'was met and should not be' : 'was not met')
    return {
      round: round.name,
      kind: kind.name,
      met: met.has(postId),
      state,
      words: words.join('; '),
    }
  })
}
