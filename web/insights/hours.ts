import type { DateStyle } from '../../text/date-style.ts'
import type { HeatSpec } from '../charts/heatmap.ts'
import { clockWords, weekdayNames } from '../time/dates.ts'
import type { ReaderTime } from '../time/formats.ts'
import { enoughPosts, type HourRating } from './best-hours.ts'

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const bestMost = 3

export type Hours = {
  chart: HeatSpec
  /**
   * The hours that stand out, best first, such as `Thursday 6:00 PM` with its result. Empty if
   * none does.
   */
  best: { words: string; more: string }[]
  rows: { words: string; posts: number; ratio: string; few: boolean }[]
  posts: number
  /** When the first of these posts was published. */
  since: Date
}

/** The best hours to post, in the zone of the given hours. Null if there is no data. */
export const hoursOf = (hours: HourRating[], { zone, dates }: ReaderTime): Hours | null => {
  const hourWords = (one: HourRating) => wordsOf(one.hourOfWeek, dates)
  if (hours.length === 0) return null
  const best = hours
    .filter((one) => one.stands)
    .sort((a, b) => b.gain - a.gain)
    .slice(0, bestMost)
  const said = best.map((one) => ({ words: hourWords(one), more: gainWords(one) }))
  const desc = said.length
    ? `Best: ${said.map((one) => `${one.words}, ${one.more}`).join('; ')}.`
    : 'No hour stands out yet.'
  return {
    chart: {
      kind: 'heat',
      id: 'chart-hours',
      title: `Views by the hour a post went out, ${zone}`,
      desc,
      rows: weekdays,
      columns: 24,
      heads: headsOf(dates),
      cells: hours.map((one) => ({
        row: Math.floor(one.hourOfWeek / 24),
        column: one.hourOfWeek % 24,
        level: levelOf(one.ratio),
        few: one.posts < enoughPosts,
        best: best.includes(one),
        words: `${hourWords(one)}: ${ratioWords(one.ratio)}, ${postsWords(one.posts)}`,
      })),
    },
    best: said,
    rows: hours.map((one) => ({
      words: hourWords(one),
      posts: one.posts,
      ratio: ratioWords(one.ratio),
      few: one.posts < enoughPosts,
    })),
    posts: hours.reduce((sum, one) => sum + one.posts, 0),
    since: new Date(Math.min(...hours.map((one) => one.sinceMs))),
  }
}

/** A level for the color: 0 is much less than usual, 2 is as usual, 4 is much more. */
const levelOf = (ratio: number): number =>
  [0.75, 0.95, 1.1, 1.4].filter((bound) => ratio >= bound).length

const wordsOf = (hourOfWeek: number, dates: DateStyle): string =>
  `${weekdayNames[Math.floor(hourOfWeek / 24)]} ${clockWords(clockOf(hourOfWeek % 24), dates)}`

/** What stands above the columns: `18` at every third, or the wider `6 PM` at every sixth. */
const headsOf = (dates: DateStyle): HeatSpec['heads'] =>
  (dates.hours === 24 ? [0, 3, 6, 9, 12, 15, 18, 21] : [0, 6, 12, 18]).map((hour) => ({
    column: hour,
    words: clockWords(clockOf(hour), dates).replace(/:00/, ''),
  }))

const clockOf = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/** `about 40% more views than usual (15% to 70%), 13 posts` */
const gainWords = ({ gain, low, high, posts }: HourRating): string =>
  `about ${percent(gain)}% more views than usual (${percent(low)}% to ${percent(high)}%), ${postsWords(posts)}`

const percent = (ratio: number): number => Math.round((ratio - 1) * 100)

const ratioWords = (ratio: number): string => {
  const more = percent(ratio)
  if (more === 0) return 'as many views as usual'
  if (more >= 200) return `${ratio.toFixed(1)} times the usual views`
  return more > 0 ? `${more}% more views than usual` : `${-more}% fewer views than usual`
}

const postsWords = (posts: number): string => (posts === 1 ? '1 post' : `${posts} posts`)
