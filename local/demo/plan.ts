import { Temporal } from 'temporal-polyfill'
import { captionOf } from './captions.ts'
import { type DemoPlatform, type DemoWorkspace, zone } from './cast.ts'
import { createDice, type Dice } from './dice.ts'
import { type Audience, audienceOf } from './reception.ts'

/** A published post: its content, its targets and their final numbers. */
export type PastPost = {
  at: Date
  wallTime: string
  series: string
  text: string
  /** Indexes into the workspace's pictures. A reel uses only the first to choose its video. */
  pictures: number[]
  targets: { platform: DemoPlatform; kind: string; audience: Audience }[]
}

const weeks = 53
/** The shop is closed for two weeks in summer. A reel went viral some weeks ago. */
const quietWeeks = [17, 18]
const viralWeek = 2

/**
 * Twelve months of posts, oldest first: weekly habits, some weeks skipped, and an audience that
 * grows from month to month.
 */
export const planPast = (workspace: DemoWorkspace, now: Date): PastPost[] => {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone)
  const monday = today.toPlainDate().subtract({ days: today.dayOfWeek - 1 })
  const posts: PastPost[] = []
  for (let ago = weeks - 1; ago >= 0; ago -= 1) {
    for (const [index, slot] of workspace.slots.entries()) {
      // Own dice for each post, so that today's date doesn't change the others.
      const dice = createDice(workspace.seed * 10_000 + ago * 10 + index)
      const isViral = ago === viralWeek && slot.series === 'reel'
      const share = quietWeeks.includes(ago) ? slot.share * 0.3 : slot.share
      if (!dice.chance(share) && !isViral) continue
      const day = monday.subtract({ weeks: ago }).add({ days: slot.day })
      const time = { hour: dice.pick(slot.hours), minute: dice.pick([0, 0, 0, 15, 30, 30]) }
      const at = day.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) })
      const atMs = at.epochMilliseconds
      if (atMs > now.getTime() - 40 * 60_000 || atMs < now.getTime() - 364 * 86_400_000) continue
      const moment = {
        ago,
        share: 1 - ago / weeks,
        isViral,
        hour: time.hour,
        weekday: at.dayOfWeek,
      }
      posts.push(
        planOne(workspace, dice, slot.series, {
          at: new Date(atMs),
          wallTime: written(at),
          moment,
        }),
      )
    }
  }
  return posts.sort((a, b) => a.at.getTime() - b.at.getTime())
}

type Moment = { ago: number; share: number; isViral: boolean; hour: number; weekday: number }
type When = { at: Date; wallTime: string; moment: Moment }

const planOne = (
  workspace: DemoWorkspace,
  dice: Dice,
  series: string,
  { at, wallTime, moment }: When,
): PastPost => {
  const text = moment.isViral
    ? 'One crate, one minute, and the neighbour who knew every sleeve by heart.'
    : captionOf(series, dice)
  const count =
    series === 'reel' ? 1 : series === 'note' ? 0 : dice.chance(0.3) ? dice.whole(2, 4) : 1
  const first = dice.whole(0, workspace.pictures.count - 1)
  const pictures = Array.from(
    { length: count },
    (_, index) => (first + index * 5) % workspace.pictures.count,
  )
  const luck = dice.luck() * (moment.isViral ? 3.4 : 1)
  const targets = placesOf(workspace, dice, series, count).map(({ platform, kind }) => ({
    platform,
    kind,
    audience: audienceOf(dice, {
      platform,
      kind,
      series,
      luck,
      moment,
      size: workspace.seed === 41 ? 1 : 0.7,
    }),
  }))
  return { at, wallTime, series, text, pictures, targets }
}

/**
 * Reels go to Instagram and TikTok, text-only posts to Facebook, and pictures to Instagram and
 * usually Facebook.
 */
const placesOf = (
  workspace: DemoWorkspace,
  dice: Dice,
  series: string,
  pictures: number,
): { platform: DemoPlatform; kind: string }[] => {
  if (series === 'reel') {
    const reel = { platform: 'instagram' as const, kind: 'reel' }
    return workspace.tiktok ? [reel, { platform: 'tiktok', kind: 'video' }] : [reel]
  }
  if (pictures === 0) return [{ platform: 'facebook', kind: 'text' }]
  const facebook = { platform: 'facebook' as const, kind: pictures > 1 ? 'photos' : 'photo' }
  const instagram = { platform: 'instagram' as const, kind: pictures > 1 ? 'carousel' : 'image' }
  return dice.chance(0.8) ? [facebook, instagram] : [instagram]
}

const written = (at: Temporal.ZonedDateTime): string =>
  at.toPlainDateTime().toString({ smallestUnit: 'minute' })
