import type { Measured, Measurer, Measuring, Numbers, PostToMeasure } from '../measurer.ts'
import { countersSchema, userSchema } from './answers.ts'
import type { TiktokClient } from './client.ts'

/** Fact sheet 6.2: only these counters exist; no reach, no saves. */
const names = { views: 'view_count', likes: 'like_count', comments: 'comment_count', shares: 'share_count' }
const fields = ['id', ...Object.values(names)].join(',')

/** TikTok gives lifetime totals and no history: what is not read in time is never known. Counters may fall. */
export const createTiktokMeasurer = (client: TiktokClient): Measurer => ({
  version: 'v2',
  names: () => names,
  accountNames: { followers: 'follower_count' },
  toldForMs: () => null,
  batch: 20,
  posts: (measuring, posts) => measurePosts(client, measuring, posts),
  account: async ({ account, signal }) => {
    const path = '/v2/user/info/?fields=open_id,follower_count'
    const { user } = await client.ask({ path, token: account.grantToken, body: null, schema: userSchema, stakes: 'read', signal })
    return {
      result: { followers: user.follower_count ?? null, day: null, hasMore: false },
      refused: [],
      usedPercent: 0,
      source: 'TikTok API v2 user/info',
    }
  },
})

/** Up to 20 ids; what is private, deleted or somebody else's is left out of the answer. */
const measurePosts = async (
  client: TiktokClient,
  { account, signal }: Measuring,
  posts: PostToMeasure[],
): Promise<Measured<Map<string, Numbers>>> => {
  const body = { filters: { video_ids: posts.map((post) => post.platformPostId) } }
  const path = `/v2/video/query/?fields=${fields}`
  const answer = await client.ask({ path, token: account.grantToken, body, schema: countersSchema, stakes: 'read', signal })
  const result = new Map(
    (answer.videos ?? []).map((video): [string, Numbers] => [
      video.id,
      given({ views: video.view_count, likes: video.like_count, comments: video.comment_count, shares: video.share_count }),
    ]),
  )
  return { result, refused: [], usedPercent: 0, source: 'TikTok API v2 video/query' }
}

const given = (counters: Record<string, number | null | undefined>): Numbers =>
  Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== null && count !== undefined))
