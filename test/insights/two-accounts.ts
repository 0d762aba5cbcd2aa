import type { measuredRows } from '../support/insights/measured-rows.ts'
import type { PlatformName } from '../support/posts.ts'

/** Days of an Instagram and a TikTok account: five in the last nine days, and one two months ago. */
export const fillTwoAccounts = async (
  gained: ReturnType<typeof measuredRows>['gained'],
  channels: Record<PlatformName, string>,
): Promise<void> => {
  for (const days of [1, 2, 3, 8, 9]) {
    await gained(channels.instagram, days, {
      views: 1000 + days,
      reach: 700,
      likes: 50,
      comments: 5,
      shares: 2,
      saves: 9,
      followers: 5000 - days,
    })
    await gained(channels.tiktok, days, {
      views: 300,
      likes: 20,
      comments: 1,
      shares: 4,
      followers: 800,
    })
  }
  await gained(channels.instagram, 60, { views: 17, followers: 4100 })
  await gained(channels.tiktok, 60, { views: 3, followers: 700 })
}
