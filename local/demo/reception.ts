import type { DemoPlatform } from './cast.ts'
import type { Dice } from './dice.ts'

/** The final numbers of a post. `saved` is 0 if the platform doesn't provide it. */
export type Audience = {
  views: number
  likes: number
  comments: number
  saved: number
  shares: number
}

type Told = {
  platform: DemoPlatform
  kind: string
  series: string
  luck: number
  size: number
  moment: { ago: number; share: number; hour: number; weekday: number }
}

/** Views of a typical post a year ago and today. */
const usual: Record<DemoPlatform, [number, number]> = {
  facebook: [420, 610],
  instagram: [720, 1_540],
  tiktok: [380, 2_300],
}
const kindFactor: Record<string, number> = {
  reel: 1.9,
  video: 1.2,
  carousel: 1.25,
  photos: 1.15,
  text: 0.55,
}
/** Monday to Sunday. */
const weekdayFactor = [0.82, 0.95, 0.98, 1.12, 1.05, 0.9, 1.18]

/** Most people look after work, some at lunch and few in the morning. */
const hourFactor = (hour: number): number =>
  0.72 + 0.5 * Math.exp(-((hour - 19) ** 2) / 9) + 0.22 * Math.exp(-((hour - 12) ** 2) / 3)

/** Lower numbers for some weeks in autumn. */
const dip = (weeksAgo: number): number => (weeksAgo >= 5 && weeksAgo <= 8 ? 0.82 : 1)

/** A post's final numbers: depends on growth over the year, weekday, hour, kind and luck. */
export const audienceOf = (dice: Dice, told: Told): Audience => {
  const { platform, kind, luck, size, moment } = told
  const [before, now] = usual[platform]
  const level = before + (now - before) * moment.share ** 1.3
  const time = weekdayFactor[moment.weekday - 1]! * hourFactor(moment.hour) * dip(moment.ago)
  const views = Math.round(
    level * size * time * (kindFactor[kind] ?? 1) * luck * dice.between(0.85, 1.15),
  )
  const part = (least: number, most: number) => Math.round(views * dice.between(least, most))
  const likes =
    platform === 'tiktok'
      ? part(0.06, 0.12)
      : platform === 'instagram'
        ? part(0.045, 0.09)
        : part(0.02, 0.05)
  return {
    views,
    likes,
    comments: part(0.003, 0.011),
    saved: platform === 'instagram' ? part(0.006, 0.022) : 0,
    shares: part(0.003, kind === 'reel' || kind === 'video' ? 0.02 : 0.009),
  }
}

/** Only Meta provides reach. About 72% of the views come from different people. */
export const reachOf = (views: number): number => Math.floor(views * 0.72)

/**
 * The part of its final numbers that a post has after some hours: most on the first day, the rest
 * over weeks.
 */
export const partAfter = (hours: number): number =>
  0.74 * (1 - Math.exp(-hours / 13)) + 0.26 * (1 - Math.exp(-hours / 130))
