import { nextAccountAt } from '../../activities/insights/times.ts'
import { dateOf } from '../../web/time/wall-time.ts'
import { type DemoPlatform, type DemoWorkspace, zone } from './cast.ts'
import { createDice } from './dice.ts'

export type Counts = {
  views: number
  reach: number | null
  likes: number
  comments: number
  shares: number
  saves: number | null
}
/** What a channel's posts gained on each day. The key is the date. */
export type Gains = Map<string, Counts>

/**
 * What an account reported on a day: its followers at that time, and the views and reach of two
 * days before.
 */
export type AccountDay = {
  takenAt: Date
  followers: number
  day: string | null
  views: number | null
  reach: number | null
}

const dayMs = 86_400_000
/** How many days ago a reel went viral. */
const viralDaysAgo = 13

type Asked = { channelId: string; connectedAt: Date; now: Date; gains: Gains }

/** One entry per day since the account was connected. */
export const accountDays = (
  workspace: DemoWorkspace,
  platform: DemoPlatform,
  asked: Asked,
): AccountDay[] => {
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
      size.before +
        (size.followers - size.before) * grown(platform, share, daysAgo) +
        dice.between(-1.5, 1.5),
    )
    const day = dateOf(new Date(at.getTime() - 2 * dayMs), zone)
    const views = Math.round(
      (gains.get(day)?.views ?? 0) * 1.06 + followers * dice.between(0.018, 0.034),
    )
    const told =
      platform === 'tiktok'
        ? { day: null, views: null, reach: null }
        : { day, views, reach: Math.round(views * 0.66) }
    days.push({ takenAt: at, followers, ...told })
  }
  return days
}

/** The growth over the year, from 0 to 1: steady, with a jump after the viral video. */
const grown = (platform: DemoPlatform, share: number, daysAgo: number): number => {
  if (platform === 'facebook') return share
  const leap = platform === 'tiktok' ? 0.45 : 0.2
  const since = Math.max(0, viralDaysAgo - daysAgo)
  return share * (1 - leap) + leap * (1 - Math.exp(-since / 5))
}
