import type { FollowerEnds } from '../../db/insights/followers.ts'
import type { InsightScope, LateDay } from '../../db/insights/insights.ts'
import type { MeasuredAccount } from '../../db/insights/measured-accounts.ts'
import { addDays } from '../time/days.ts'
import { dateOf } from '../time/wall-time.ts'
import type { Days, Range } from './range.ts'

/** An account with its platform's label. */
export type LabeledAccount = MeasuredAccount & { label: string }

/**
 * An account with overdue readings, and since when. `part`: what is overdue, if followers and posts
 * made here are up to date.
 */
export type Behind = { account: LabeledAccount; since: Date; part: 'all' | 'days' | 'elsewhere' }

/**
 * How complete the numbers of a range are: which accounts were read, joined or left, and where
 * readings are missing.
 */
export type Standing = {
  /** Accounts with overdue readings. */
  behind: Behind[]
  /**
   * Accounts whose numbers begin after the first compared day, and accounts that were disconnected
   * since.
   */
  joined: { account: LabeledAccount; day: string }[]
  left: { account: LabeledAccount; day: string }[]
  /** Days of accounts in scope that contain the growth of several days. */
  late: LateDay[]
  /**
   * True if growth is missing in one period or counted in the other, so that sums must not be
   * compared.
   */
  isIncomplete: boolean
}

export type Facts = {
  accounts: LabeledAccount[]
  late: LateDay[]
  range: Range
  zone: string
  compares: boolean
  made: InsightScope['made']
}

export const standingOf = (facts: Facts): Standing => {
  const { accounts, late, range, zone, compares, made } = facts
  const behind = accounts
    .flatMap(behindOf)
    .filter(({ part }) => made === 'all' || part !== 'elsewhere')
  const periods = compares && range.before ? [range, range.before] : [range]
  const isIncomplete =
    behind.some(({ since, part }) => part !== 'days' && dateOf(since, zone) < range.to) ||
    late.some((one) => periods.some((days) => crosses(one, days)))
  return { behind, ...comingsOf(facts), late, isIncomplete }
}

/** The accounts that joined or left in the compared days. */
export const comingsOf = ({
  accounts,
  range,
  zone,
  compares,
}: Omit<Facts, 'late'>): Pick<Standing, 'joined' | 'left'> => {
  const first = compares && range.before ? range.before.from : range.from
  const left = accounts.flatMap((account) => {
    const day = goneOn(account, zone)
    return day !== null && day > first && day <= range.to ? [{ account, day }] : []
  })
  const joined = accounts.flatMap((account) =>
    account.firstDay !== null && account.firstDay > first && account.firstDay <= range.to
      ? [{ account, day: account.firstDay }]
      : [],
  )
  return { joined, left }
}

/**
 * Since when an account has not been read. Empty if it is up to date. If only part of it was read,
 * counts from when the rest was due.
 */
const behindOf = (account: LabeledAccount): Behind[] => {
  const { takenAt, overdue } = account
  const since = earliest(Object.values(overdue))
  if (!since || !takenAt) return []
  const part =
    (overdue.followers ?? overdue.posts) ? 'all' : overdue.elsewhere ? 'elsewhere' : 'days'
  return [{ account, since: takenAt < since ? takenAt : since, part }]
}

const earliest = (times: (Date | null)[]): Date | null => {
  const known = times.flatMap((time) => time?.getTime() ?? [])
  return known.length > 0 ? new Date(Math.min(...known)) : null
}

/** The day on which an account was disconnected. Null if it is connected. */
export const goneOn = ({ state, disconnectedAt }: MeasuredAccount, zone: string): string | null =>
  state === 'disconnected' && disconnectedAt ? dateOf(disconnectedAt, zone) : null

/** Whether the growth in a late day crosses the start or end of the range. */
const crosses = ({ day, grownSince }: LateDay, { from, to }: Days): boolean =>
  day > to ? grownSince < to : day >= from && grownSince < dayBefore(from)

const dayBefore = (day: string): string => addDays(day, -1)

/** The change in followers, for accounts with numbers at both ends. */
export type FollowerChange = {
  total: number | null
  /** Sums of the accounts that have both ends. */
  now: number | null
  before: number | null
  /**
   * If numbers begin within the range, the day of the first number, which is compared with the
   * last.
   */
  since: string | null
  /** The days of the readings in `before`. Empty if there are none. */
  from: { channelId: string; day: string }[]
}

/** `gone`: ids of accounts that were disconnected by the end. */
export const followersOf = (ends: FollowerEnds[], gone: Set<string>): FollowerChange => {
  const here = ends.filter(({ channelId, last }) => last !== null && !gone.has(channelId))
  const total = sumOf(here.map((one) => one.last))
  const both = here.filter((one) => one.before !== null)
  if (both.length > 0)
    return {
      ...{
        total,
        now: sumOf(both.map((one) => one.last)),
        before: sumOf(both.map((one) => one.before)),
        since: null,
      },
      from: both.flatMap(({ channelId, beforeOn }) =>
        beforeOn ? [{ channelId, day: beforeOn }] : [],
      ),
    }
  const grown = here.filter((one) => one.first !== null && one.firstOn !== one.lastOn)
  if (grown.length === 0) return { total, now: null, before: null, since: null, from: [] }
  const since = grown.map((one) => one.firstOn ?? '').sort()[0] ?? null
  return {
    total,
    now: sumOf(grown.map((one) => one.last)),
    before: sumOf(grown.map((one) => one.first)),
    since,
    from: [],
  }
}

const sumOf = (numbers: (number | null)[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce<number>((sum, one) => sum + (one ?? 0), 0)

/** The accounts that are not compared. */
export const idsApart = ({ joined, left }: Pick<Standing, 'joined' | 'left'>): string[] =>
  [...joined, ...left].map(({ account }) => account.id)
