import { z } from 'zod'
import { PlatformError } from '../errors.ts'
import type { JsonRecord } from '../json.ts'
import { creatorSchema } from './answers.ts'
import type { TiktokClient } from './client.ts'
import { codes } from './errors.ts'

/**
 * What TikTok currently lets a creator post. Requested whenever it matters, and stored only for the
 * form that shows it.
 */
export type Creator = {
  nickname: string
  username: string
  privacyOptions: string[]
  commentDisabled: boolean
  duetDisabled: boolean
  stitchDisabled: boolean
  maxDurationSec: number
  /**
   * In the result of `describeAccount`, this is a message if the account can't post at all right
   * now.
   */
  blocked: null
}

/** Codes that creator_info returns (with HTTP 200) if the creator can't post right now. */
const caps = new Set<string>([codes.tooManyPosts, codes.banned, codes.userCap])

/**
 * POST creator_info, 20 per minute per token. Throws PlatformError; a posting cap is `rejected`.
 */
export const askCreator = async (
  client: TiktokClient,
  token: string,
  signal?: AbortSignal,
): Promise<Creator> => {
  const path = '/v2/post/publish/creator_info/query/'
  const answer = await client.ask({
    path,
    token,
    body: {},
    schema: creatorSchema,
    stakes: 'read',
    signal,
  })
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

/**
 * promise: D7: the facts that the composer must show. For a posting cap, returns a message that
 * blocks the post.
 */
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

/**
 * Parses the result of `describeAccount` as the composer sends it. Null if TikTok couldn't be
 * asked.
 */
export const readFacts = (facts: JsonRecord | null): Creator | { blocked: string } | null => {
  if (facts === null) return null
  if (typeof facts.blocked === 'string') return { blocked: facts.blocked }
  const creator = factsSchema.safeParse(facts)
  return creator.success ? creator.data : null
}
