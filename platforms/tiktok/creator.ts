import { z } from 'zod'
import { PlatformError } from '../errors.ts'
import type { JsonRecord } from '../platform.ts'
import { creatorSchema } from './answers.ts'
import type { TiktokClient } from './client.ts'

/** What TikTok says a creator may post now; asked again whenever it matters, never stored beyond the form that shows it. */
export type Creator = {
  nickname: string
  username: string
  privacyOptions: string[]
  commentDisabled: boolean
  duetDisabled: boolean
  stitchDisabled: boolean
  maxDurationSec: number
  /** In `describeAccount`'s answer a sentence stands here instead when the account cannot post at all now. */
  blocked: null
}

/** Codes that creator_info answers (with HTTP 200) when the creator may not post now. */
const caps = new Set(['spam_risk_too_many_posts', 'spam_risk_user_banned_from_posting', 'reached_active_user_cap'])

/** POST creator_info, 20 a minute per token. Throws PlatformError; a posting cap is `rejected`. */
export const askCreator = async (client: TiktokClient, token: string, signal?: AbortSignal): Promise<Creator> => {
  const path = '/v2/post/publish/creator_info/query/'
  const answer = await client.ask({ path, token, body: {}, schema: creatorSchema, stakes: 'read', signal })
  return {
    nickname: answer.creator_nickname,
    username: answer.creator_username,
    privacyOptions: answer.privacy_level_options,
    commentDisabled: answer.comment_disabled,
    duetDisabled: answer.duet_disabled,
    stitchDisabled: answer.stitch_disabled,
    maxDurationSec: answer.max_video_post_duration_sec,
    blocked: null,
  }
}

/** promise: D7: the facts the composer must show; a cap becomes words that stop the post. */
export const describeCreator = async (client: TiktokClient, token: string): Promise<JsonRecord> => {
  try {
    return { ...(await askCreator(client, token)) }
  } catch (error) {
    if (!(error instanceof PlatformError) || !caps.has(error.problem.code)) throw error
    return { blocked: error.message }
  }
}

const factsSchema = z.object({
  nickname: z.string(),
  username: z.string(),
  privacyOptions: z.array(z.string()),
  commentDisabled: z.boolean(),
  duetDisabled: z.boolean(),
  stitchDisabled: z.boolean(),
  maxDurationSec: z.number(),
  blocked: z.null(),
})

/** `describeAccount`'s answer as it comes back from the composer; null when TikTok could not be asked. */
export const readFacts = (facts: JsonRecord | null): Creator | { blocked: string } | null => {
  if (facts === null) return null
  if (typeof facts.blocked === 'string') return { blocked: facts.blocked }
  const creator = factsSchema.safeParse(facts)
  return creator.success ? creator.data : null
}
