import { apiEndpoint, refuseCaller } from '../api/endpoint.ts'
import { answer, refuse } from '../api/envelope.ts'
import { getCreator, type TikTok } from '../context.ts'
import { scopeOfUserField } from '../login/scopes.ts'
import type { Creator } from '../state.ts'
import { followersAt } from '../videos/counters.ts'
import { signedImageUrl } from '../videos/images.ts'
import { countersOf } from '../videos/post-counters.ts'
import { publicPosts } from '../videos/posts.ts'

const avatarLifeMs = 24 * 3_600_000

/**
 * GET /v2/user/info/?fields= (fact sheet 3): returns only the requested fields. Each requires its
 * scope.
 */
export const userInfo = (tiktok: TikTok) =>
  apiEndpoint(tiktok, 'user/info', (c) => {
    const needs = {
      anyScope: ['user.info.basic' as const],
      bucket: 'user/info',
      perMinute: tiktok.settings.tiktokReadPerMinute,
    }
    const caller = refuseCaller(tiktok, c, needs)
    if ('code' in caller) return refuse(tiktok, c, caller)
    const fields = (c.req.query('fields') ?? '').split(',').filter(Boolean)
    const unknown = fields.find((field) => !Object.hasOwn(scopeOfUserField, field))
    if (fields.length === 0 || unknown) {
      return refuse(tiktok, c, {
        code: 'invalid_params',
        message: `Fields is invalid: ${unknown ?? 'it is required'}`,
      })
    }
    if (fields.some((field) => !caller.token.scopes.includes(scopeOfUserField[field] ?? ''))) {
      return refuse(tiktok, c, { code: 'scope_permission_missed' })
    }
    const all = userFields(tiktok, getCreator(tiktok, caller.token.openId))
    return answer(tiktok, c, {
      user: Object.fromEntries(fields.map((field) => [field, all[field]])),
    })
  })

function userFields(tiktok: TikTok, creator: Creator): Record<string, unknown> {
  const now = tiktok.world.clock.now()
  const avatar = signedImageUrl(tiktok, 'avatar', creator.openId, avatarLifeMs)
  const profile = `${tiktok.world.baseUrl('/tiktok')}/@${creator.username}`
  const videos = publicPosts(tiktok, creator.openId)
  return {
    open_id: creator.openId,
    union_id: creator.unionId,
    avatar_url: avatar,
    avatar_url_100: avatar,
    avatar_large_url: avatar,
    display_name: creator.displayName,
    bio_description: creator.bio,
    profile_deep_link: profile,
    profile_web_link: profile,
    username: creator.username,
    is_verified: creator.verified,
    follower_count: followersAt(creator.openId, creator.followers, now - creator.createdAtMs),
    following_count: creator.following,
    likes_count: videos.reduce((sum, post) => sum + countersOf(tiktok, creator, post).likes, 0),
    video_count: videos.length,
  }
}
