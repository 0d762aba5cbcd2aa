import { apiEndpoint, readJson, refuseCaller } from '../api/endpoint.ts'
import { answer, refuse } from '../api/envelope.ts'
import { getCreator, type TikTok } from '../context.ts'
import { signedImageUrl } from '../videos/images.ts'
import { privacyOptions, refuseBanned, refuseDailyCap, refuseUserCap } from './creator-rules.ts'

const avatarLifeMs = 2 * 3_600_000

/**
 * POST /v2/post/publish/creator_info/query/ (fact sheet 4.1). Caps are returned with HTTP 200, as
 * at TikTok.
 */
export const creatorInfo = (tiktok: TikTok) =>
  apiEndpoint(tiktok, 'creator_info/query', async (c) => {
    const needs = {
      anyScope: ['video.publish' as const],
      bucket: 'creator_info',
      perMinute: tiktok.settings.tiktokCreatorInfoPerMinute,
    }
    const caller = refuseCaller(tiktok, c, needs)
    if ('code' in caller) return refuse(tiktok, c, caller)
    if ((await readJson(c)) === undefined) return refuse(tiktok, c, { code: 'invalid_params' })
    const creator = getCreator(tiktok, caller.token.openId)
    const cap =
      refuseBanned(creator) ?? refuseDailyCap(tiktok, creator) ?? refuseUserCap(tiktok, creator)
    if (cap) return refuse(tiktok, c, { ...cap, httpStatus: 200 })
    const offered = privacyOptions(creator)
    tiktok.state.creatorInfo[creator.openId] = { atMs: tiktok.world.clock.now(), offered }
    tiktok.changed()
    return answer(tiktok, c, {
      creator_avatar_url: signedImageUrl(tiktok, 'avatar', creator.openId, avatarLifeMs),
      creator_username: creator.username,
      creator_nickname: creator.displayName,
      privacy_level_options: offered,
      comment_disabled: creator.commentsOff,
      duet_disabled: creator.duetOff || creator.private,
      stitch_disabled: creator.stitchOff || creator.private,
      max_video_post_duration_sec: creator.maxDurationSec,
    })
  })
