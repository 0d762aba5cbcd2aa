import type { LateDay } from '../../db/insights/insights.ts'
import { addDays } from '../time/days.ts'
import type { Formats } from '../time/formats.ts'
import { dateOf } from '../time/wall-time.ts'
import type { Mark } from './lines.ts'
import { listed } from './metrics.ts'
import type { Insights } from './page.ts'
import { type Behind, goneOn, type LabeledAccount, type Standing } from './standing.ts'

/** Notes that a reader needs to interpret the numbers, most important first. */
export const notesOf = (insights: Insights, nowMs: number): string[] => {
  const { range, accounts, incomparable, firstDay, fmt } = insights
  const resting = accounts.filter((one) => one.problem && (one.restUntil?.getTime() ?? 0) > nowMs)
  return [
    ...range.notes,
    ...freshnessOf(insights),
    ...lateWords(insights)
      .slice(0, mostNotes)
      .map(({ words }) => words),
    ...(incomparable !== null && firstDay !== null ? [incomparable] : []),
    ...(incomparable === null && insights.standing.isIncomplete
      ? [
          'Periods are not compared: readings are missing, so the numbers of one of them are incomplete.',
        ]
      : []),
    ...cameAndWent(insights),
    ...unnumberedWords(insights),
    ...unreadWords(insights),
    ...zoneWords(insights),
    ...resting
      .slice(0, mostNotes)
      .map(
        (one) =>
          `${accountWords(one)}: the next reading is ${fmt.when(one.restUntil ?? new Date(nowMs))}. ${one.problem}`,
      ),
  ]
}

/** More notes would hide the numbers. The table of accounts has the rest. */
const mostNotes = 4

/** `2 of 3 accounts are up to date. Northside since 16 Dec.` */
const freshnessOf = ({ standing, accounts, channel, fmt, workspace }: Insights): string[] => {
  const { behind } = standing
  const [first] = behind
  if (!first) return []
  const day = (since: Date) => shortDay(dateOf(since, workspace.zone), fmt)
  const why = (account: LabeledAccount) =>
    account.state === 'reconnect' ? ': it needs to be reconnected' : ''
  if (channel)
    return [`No readings${partWords[first.part]} since ${day(first.since)}${why(channel)}.`]
  const measured = accounts.filter(
    (one) => one.state !== 'disconnected' && one.takenAt !== null,
  ).length
  const names = behind
    .slice(0, 3)
    .map(
      ({ account, since, part }) =>
        `${accountWords(account)}${inParentheses(part)} since ${day(since)}${why(account)}`,
    )
  const more = behind.length > 3 ? ` and ${behind.length - 3} more, see Accounts` : ''
  return [
    `${measured - behind.length} of ${measured} accounts ${measured === 1 ? 'is' : 'are'} up to date. No readings of ${names.join('; ')}${more}.`,
  ]
}

/** What is overdue, if it is not everything. */
const partWords: Record<Behind['part'], string> = {
  all: '',
  days: ' of the whole account',
  elsewhere: ' of posts not made here',
}
const inParentheses = (part: Behind['part']): string =>
  part === 'all' ? '' : ` (${partWords[part].replace(' of ', '')})`

type Gap = { day: string; grownSince: string; isSilent: boolean; channelIds: string[] }

/**
 * Merges late days of several accounts that cover the same days, because they usually have the same
 * cause.
 */
const gapsOf = (late: LateDay[]): Gap[] => {
  const gaps = new Map<string, Gap>()
  for (const { channelId, day, grownSince, isSilent } of late) {
    const key = `${day} ${grownSince} ${isSilent}`
    const gap = gaps.get(key) ?? { day, grownSince, isSilent, channelIds: [] }
    gap.channelIds.push(channelId)
    gaps.set(key, gap)
  }
  return [...gaps.values()]
}

/**
 * `No readings 11 Dec to 16 Dec; 17 Dec holds seven days.` Names the accounts only if not all of
 * them are affected.
 */
const lateWords = ({ standing, accounts, channel, range, fmt }: Insights): Mark[] =>
  gapsOf(standing.late).map((gap) => {
    const said = gapWords(gap, fmt, gap.day > range.to)
    const there = accounts.filter(
      (one) => one.firstDay !== null && one.firstDay <= gap.grownSince,
    ).length
    const isAll = channel !== null || (gap.isSilent && gap.channelIds.length >= there)
    const words = isAll
      ? `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
      : `${namesOf(accounts, gap.channelIds)}: ${said}.`
    return { day: gap.day, words }
  })

const gapWords = ({ day, grownSince, isSilent }: Gap, fmt: Formats, isAfter: boolean): string => {
  const [from, to] = [addDays(grownSince, 1), addDays(day, -1)]
  const days = Math.round((Date.parse(day) - Date.parse(grownSince)) / 86_400_000)
  const on = shortDay(day, fmt)
  if (!isSilent)
    return `${on} holds growth since ${shortDay(grownSince, fmt)} of posts that were not read in between`
  const when =
    from === to ? `on ${shortDay(from, fmt)}` : `${shortDay(from, fmt)} to ${shortDay(to, fmt)}`
  return `no readings ${when}; ${on}${isAfter ? ', after this period,' : ''} holds ${numberWords(days)} days`
}

const small = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const numberWords = (count: number): string => small[count] ?? String(count)

/** Accounts that were connected or disconnected in the period. Their numbers are not growth. */
const cameAndWent = ({ standing, channel, incomparable, fmt, accounts }: Insights): string[] => {
  if (channel) return standing.left.map(({ day }) => `Disconnected on ${shortDay(day, fmt)}.`)
  const say = (list: Standing['joined'], words: string): string[] =>
    list.length > 0 && list.length <= 3
      ? [
          `${words}: ${listed(list.map(({ account, day }) => `${accountWords(account)} (${shortDay(day, fmt)})`))}.`,
        ]
      : list.length > 3
        ? [`${words}: ${list.length} accounts.`]
        : []
  const isAll = standing.joined.length >= accounts.length
  const compares =
    incomparable === null && !standing.isIncomplete && !isAll ? ', not part of the comparison' : ''
  return [
    ...(isAll ? [] : say(standing.joined, `New in this period${compares}`)),
    ...say(standing.left, `Disconnected${compares}`),
  ]
}

/** Posts that are counted but have no numbers, by account. */
const unnumberedWords = ({ accounts, postCounts, channel }: Insights): string[] =>
  accounts
    .flatMap((account) => {
      const count = postCounts.get(account.id)?.unnumbered ?? 0
      if (count === 0) return []
      const whose = channel ? 'these posts' : `these posts of ${accountWords(account)}`
      return [
        `${account.label} doesn’t report numbers for ${count} of ${whose}, because it reports them only for public posts.`,
      ]
    })
    .slice(0, mostNotes)

/** Posts from before an account was connected are read bit by bit. */
const unreadWords = ({ elsewhere, scope, fmt }: Insights): string[] => {
  if (scope.made === 'here' || elsewhere.unread === 0) return []
  const one = elsewhere.unread === 1
  return [
    `${fmt.count(elsewhere.unread)} ${one ? 'post' : 'posts'} not made here ${one ? 'has' : 'have'} not been read yet.`,
  ]
}

/** Each day keeps the time zone that the workspace had when the day was counted. */
const zoneWords = (insights: Insights): string[] =>
  zoneChanges(insights)
    .filter(({ from }) => from !== insights.workspace.zone)
    .map(({ day, from, since }) => {
      const until = shortDay(day, insights.fmt)
      const when = since ? `From ${shortDay(since, insights.fmt)} until ${until}` : `Until ${until}`
      return `${when}, days are those of ${from}, the time zone of this workspace then.`
    })

/**
 * The workspace had the time zone `from` until `day`. `since`: when that zone began, or null if that
 * was before the compared days.
 */
type ZoneChange = { day: string; from: string; since: string | null }

const zoneChanges = ({ accounts, range, standing }: Insights): ZoneChange[] => {
  const first = range.before && !standing.isIncomplete ? range.before.from : range.from
  const changes = (accounts[0]?.earlierZones ?? []).map(({ zone, until }) => ({
    day: dateOf(new Date(until), zone),
    from: zone,
  }))
  return changes.flatMap((change, index) => {
    const since = changes[index - 1]?.day ?? null
    return change.day >= first
      ? [{ ...change, since: since !== null && since >= first ? since : null }]
      : []
  })
}

/** The events that are marked in the chart and listed beside it. */
export const marksOf = (insights: Insights): Mark[] => {
  const { standing, fmt } = insights
  const all = [
    ...lateWords(insights),
    ...standing.joined.map(({ account, day }) => ({
      day,
      words: `${accountWords(account)}: first numbers on ${shortDay(day, fmt)}.`,
    })),
    ...standing.left.map(({ account, day }) => ({
      day,
      words: `${accountWords(account)}: disconnected on ${shortDay(day, fmt)}.`,
    })),
    ...zoneChanges(insights).map(({ day, from }) => ({
      day,
      words: `Time zone changed from ${from} on ${shortDay(day, fmt)}.`,
    })),
  ]
  return all
    .filter(({ day }) => day >= insights.range.from && day <= insights.range.to)
    .slice(0, mostMarks)
}

const mostMarks = 12

const namesOf = (accounts: LabeledAccount[], ids: string[]): string => {
  const names = accounts.filter((one) => ids.includes(one.id)).map(accountWords)
  return names.length > 3 ? `${names.length} accounts` : listed(names)
}

/** `Northside Records on Instagram` */
export const accountWords = ({ name, label }: Pick<LabeledAccount, 'name' | 'label'>): string =>
  `${name} on ${label}`

/** `17 Dec`, with the year if it is not the current one. */
export const shortDay = (day: string, fmt: Formats): string =>
  fmt.day(new Date(`${day}T12:00Z`)).includes(day.slice(0, 4))
    ? fmt.on.longDate(day)
    : fmt.on.dayAndMonth(day)

/** When the account was last read, or since when it is behind, for the table of accounts. */
export const freshnessWords = (
  account: LabeledAccount,
  { standing, fmt, workspace }: Insights,
): string => {
  const gone = goneOn(account, workspace.zone)
  if (gone) return `disconnected ${shortDay(gone, fmt)}`
  const behind = standing.behind.find((one) => one.account.id === account.id)
  if (behind) return `not since ${shortDay(dateOf(behind.since, workspace.zone), fmt)}`
  return account.takenAt ? fmt.when(account.takenAt) : 'not yet'
}
