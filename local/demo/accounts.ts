import { nextAccountAt } from '../../activities/measuring-times.ts'
import { dateOf } from '../../web/wall-time.ts'
import { type DemoPlatform, type DemoWorkspace, zone } from './cast.ts'
import { createDice } from './dice.ts'
import type { Gains } from './numbers.ts'

/** What an account told of itself on a day: followers then, and views and reach of the platform's day before yesterday. */
export type AccountDay = { takenAt: Date; followers: number; day: string | null; views: number | null; reach: number | null }

const dayMs = 86_400_000
/** Since the reel that went round, in days. */
const viralDaysAgo = 13

type Asked = { channelId: string; connectedAt: Date; now: Date; gains: Gains }

/** Once a day since it was connected. */
export const accountDays = (workspace: DemoWorkspace, platform: DemoPlatform, asked: Asked): AccountDay[] => {
  const { channelId, connectedAt, now, gains } = asked
  const size = platform === 'tiktok' ? workspace.tiktok : workspace.meta.accounts[platform]
  if (!size) return []
  const dice = createDice(workspace.seed * 7 + platform.length)
  const days: AccountDay[] = []
  let at = nextAccountAt(channelId, connectedAt, connectedAt.getTime())
  for (; at <= now; at = nextAccountAt(channelId, connectedAt, at.getTime())) {
    const share = (at.getTime() - connectedAt.getTime()) / (now.getTime() - connectedAt.getTime())
    const daysAgo = (now.getTime() - at.getTime()) / dayMs
    const followers = Math.round(
      size.before + (size.followers - size.before) * grown(platform, share, daysAgo) + dice.between(-1.5, 1.5),
    )
    const day = dateOf(new Date(at.getTime() - 2 * dayMs), zone)
    const views = Math.round((gains.get(day)?.views ?? 0) * 1.06 + followers * dice.between(0.018, 0.034))
    const told = platform === 'tiktok' ? { day: null, views: null, reach: null } : { day, views, reach: Math.round(views * 0.66) }
    days.push({ takenAt: at, followers, ...told })
  }
  return days
}

/** From 0 to 1 over the year: steady, with a leap where one video was seen by many. */
const grown = (platform: DemoPlatform, share: number, daysAgo: number): number => {
  if (platform === 'facebook') return share
  const leap = platform === 'tiktok' ? 0.45 : 0.2
  const since = Math.max(0, viralDaysAgo - daysAgo)
  return share * (1 - leap) + leap * (1 - Math.exp(-since / 5))
}
