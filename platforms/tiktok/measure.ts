import type {
  Measured,
  MeasuredPosts,
  Measurer,
  Measuring,
  Numbers,
  OwnPost,
  OwnPosts,
  OwnPostsAsked,
  PostToMeasure,
} from '../measurer.ts'
import { beginningOf, webAddress } from '../own-post.ts'
import { countersSchema, ownVideosSchema, userSchema } from './answers.ts'
import type { TiktokClient } from './client.ts'

/** The only counters that exist (fact sheet 6.2). There is no reach and there are no saves. */
const names = {
  views: 'view_count',
  likes: 'like_count',
  comments: 'comment_count',
  shares: 'share_count',
}
const fields = ['id', ...Object.values(names)].join(',')

/**
 * TikTok returns only current totals, so numbers that aren't read in time are lost. Counters may
 * decrease.
 */
export const createTiktokMeasurer = (client: TiktokClient): Measurer => ({
  version: 'v2',
  names: () => names,
  ownMetrics: [],
  accountNames: { followers: 'follower_count' },
  toldForMs: () => null,
  /** It is not documented if photo posts are listed (fact sheet 6.2). */
  tellsAbsence: (kind) => kind !== 'photos',
  batch: 20,
  /** Each read endpoint has its own limit, separate from publishing (fact sheet 4.9). */
  callsPerHour: null,
  posts: (measuring, posts) => measurePosts(client, measuring, posts),
  ownPosts: (measuring, asked) => listOwnPosts(client, measuring, asked),
  accountDay: null,
  followers: async ({ account, share, signal }) => {
    await share.take(1)
    const path = '/v2/user/info/?fields=open_id,follower_count,avatar_url_100'
    const { user } = await client.ask({
      path,
      token: account.grantToken,
      body: null,
      schema: userSchema,
      stakes: 'read',
      signal,
    })
    return {
      result: { followers: user.follower_count ?? null, avatarUrl: user.avatar_url_100 || null },
      refusals: [],
      problem: null,
      source: 'TikTok API v2 user/info',
    }
  },
})

/** Up to 20 ids. The response omits posts that are private, deleted or someone else's. */
const measurePosts = async (
  client: TiktokClient,
  { account, share, signal }: Measuring,
  posts: PostToMeasure[],
): Promise<MeasuredPosts> => {
  const body = { filters: { video_ids: posts.map((post) => post.platformPostId) } }
  const path = `/v2/video/query/?fields=${fields}`
  await share.take(1)
  const answer = await client.ask({
    path,
    token: account.grantToken,
    body,
    schema: countersSchema,
    stakes: 'read',
    signal,
  })
  const result = new Map(
    (answer.videos ?? []).map((video): [string, Numbers] => [
      video.id,
      given({
        views: video.view_count,
        likes: video.like_count,
        comments: video.comment_count,
        shares: video.share_count,
      }),
    ]),
  )
  const nothing = {
    refusals: [],
    notGiven: [],
    unanswered: new Map(),
    betterIds: new Map(),
    problem: null,
  }
  return { ...nothing, result, source: 'TikTok API v2 video/query' }
}

const given = (counters: Record<string, number | null | undefined>): Numbers =>
  Object.fromEntries(
    Object.entries(counters).flatMap(([name, count]) => (count == null ? [] : [[name, count]])),
  )

/** Public posts, newest first (fact sheet 6.1). The cursor is a time in epoch milliseconds. */
const listOwnPosts = async (
  client: TiktokClient,
  { account, share, signal }: Measuring,
  { sinceMs, next }: OwnPostsAsked,
): Promise<Measured<OwnPosts>> => {
  await share.take(1)
  const body = { max_count: 20, ...(next === null ? {} : { cursor: Number(next) }) }
  const path = '/v2/video/list/?fields=id,create_time,title,video_description,share_url'
  const answer = await client.ask({
    path,
    token: account.grantToken,
    body,
    schema: ownVideosSchema,
    stakes: 'read',
    signal,
  })
  const videos = answer.videos ?? []
  const posts = videos.map((video): OwnPost => {
    const address = video.share_url?.split('?')[0] ?? null
    return {
      platformPostId: video.id,
      otherIds: [],
      kind: address?.includes('/photo/') ? 'photos' : 'video',
      text: beginningOf(video.title || video.video_description || ''),
      permalink: webAddress(address),
      publishedAt: new Date(video.create_time * 1000),
    }
  })
  const oldestMs = Math.min(...posts.map((post) => post.publishedAt.getTime()))
  const goesOn =
    answer.has_more === true && posts.length > 0 && oldestMs >= sinceMs && answer.cursor != null
  return {
    refusals: [],
    problem: null,
    source: 'TikTok API v2 video/list',
    result: { posts, next: goesOn ? String(answer.cursor) : null },
  }
}
