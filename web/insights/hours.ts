import type { HourOfWeek } from '../db/post-numbers.ts'
import type { HeatSpec } from './charts/heatmap.ts'

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const longWeekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Fewer posts than that say little about an hour. */
const enoughPosts = 5
const bestMost = 3
/** Some hours do well by chance: one stands out when only one of twenty would by chance (standard normal quantile). */
const surely = 1.645

export type Hours = {
  chart: HeatSpec
  /** `Thursdays at 18:00` and what that did; the best first; empty when nothing stands out. */
  best: { words: string; more: string }[]
  rows: { words: string; posts: number; ratio: string; few: boolean }[]
  posts: number
  /** When the first of them went out. */
  since: Date
}

/** Best hours to post, in the zone the hours are of; null when too little went out to say. */
export const hoursOf = (hours: HourOfWeek[], zone: string): Hours | null => {
  if (hours.length === 0) return null
  const best = hours
    .filter((one) => one.posts >= enoughPosts && one.ratio > 1.05 && standsOut(one))
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, bestMost)
  const said = best.map((one) => ({ words: hourWords(one), more: ratioWords(one.ratio) }))
  const desc = said.length ? `Best: ${said.map((one) => `${one.words}, ${one.more}`).join('; ')}.` : 'No hour stands out yet.'
  return {
    chart: {
      kind: 'heat',
      id: 'chart-hours',
      title: `Views by the hour a post went out, ${zone}`,
      desc,
      rows: weekdays,
      columns: 24,
      heads: [0, 3, 6, 9, 12, 15, 18, 21].map((hour) => ({ column: hour, words: String(hour).padStart(2, '0') })),
      cells: hours.map((one) => ({
        row: one.weekday - 1,
        column: one.hour,
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
    since: new Date(Math.min(...hours.map((one) => one.since.getTime()))),
  }
}

const standsOut = ({ ratio, spread, posts }: HourOfWeek): boolean =>
  spread !== null && Math.log(ratio) > (surely * spread) / Math.sqrt(posts)

/** 0: a good deal less than usual; 2: as usual; 4: a good deal more. */
const levelOf = (ratio: number): number => [0.75, 0.95, 1.1, 1.4].filter((bound) => ratio >= bound).length

const hourWords = (one: HourOfWeek): string => `${longWeekdays[one.weekday - 1]} ${String(one.hour).padStart(2, '0')}:00`

const ratioWords = (ratio: number): string => {
  const percent = Math.round((ratio - 1) * 100)
  if (percent === 0) return 'as many views as usual'
  if (percent >= 200) return `${ratio.toFixed(1)} times the usual views`
  return percent > 0 ? `${percent} % more views than usual` : `${-percent} % fewer views than usual`
}

const postsWords = (posts: number): string => (posts === 1 ? '1 post' : `${posts} posts`)
