import { parse } from 'lossless-json'
import { z } from 'zod'
import { cleanJson } from '../json-input.ts'

/**
 * Parses JSON without rounding TikTok's 64-bit integer ids, as `JSON.parse` would. An integer too
 * large for a JavaScript number becomes a string of its digits. Throws SyntaxError.
 */
export const parseLossless = (text: string): unknown =>
  cleanJson(parse(text, null, (digits) => exactNumber(digits)))

const exactNumber = (digits: string): number | string => {
  const value = Number(digits)
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? digits : value
}

/**
 * A number, or NaN for anything else, which `soundNumbers` reports. So one bad counter doesn't
 * discard the others.
 */
const counter = z
  .unknown()
  .transform((value) => (typeof value === 'number' ? value : Number.NaN))
  .nullish()

const idSchema = z.union([z.string(), z.number()]).transform(String)

/** All responses except those of the token endpoints. */
export const envelopeSchema = z.object({
  data: z.unknown(),
  error: z.object({
    code: z.string(),
    message: z.string().nullish(),
    log_id: z.string().nullish(),
  }),
})

/** Errors of the token endpoints have no envelope. */
export const oauthErrorSchema = z.object({ error: z.string(), log_id: z.string().nullish() })

export const tokensSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number(),
  refresh_token: z.string().nullish(),
  refresh_expires_in: z.number().nullish(),
  open_id: z.string().min(1),
  scope: z.string().nullish(),
})

export const userSchema = z.object({
  user: z.object({
    open_id: z.string().optional(),
    display_name: z.string().optional(),
    username: z.string().optional(),
    follower_count: counter,
    avatar_url_100: z.string().optional(),
  }),
})

export const creatorSchema = z.object({
  creator_username: z.string(),
  creator_nickname: z.string(),
  privacy_level_options: z.array(z.string()),
  comment_disabled: z.boolean(),
  duet_disabled: z.boolean(),
  stitch_disabled: z.boolean(),
  max_video_post_duration_sec: z.number(),
})

export const initSchema = z.object({
  publish_id: z.string().min(1),
  upload_url: z.string().optional(),
})

export const statusSchema = z.object({
  status: z.enum([
    'PROCESSING_UPLOAD',
    'PROCESSING_DOWNLOAD',
    'SEND_TO_USER_INBOX',
    'PUBLISH_COMPLETE',
    'FAILED',
  ]),
  fail_reason: z.string().nullish(),
  publicaly_available_post_id: z.array(idSchema).nullish(),
  uploaded_bytes: z.number().nullish(),
})

export const videosSchema = z.object({
  videos: z
    .array(
      z.object({
        id: idSchema,
        create_time: z.number(),
        title: z.string().nullish(),
        video_description: z.string().nullish(),
        duration: z.number().nullish(),
      }),
    )
    .nullish(),
})

export const ownVideosSchema = z.object({
  videos: z
    .array(
      z.object({
        id: idSchema,
        create_time: z.number(),
        title: z.string().nullish(),
        video_description: z.string().nullish(),
        share_url: z.string().nullish(),
      }),
    )
    .nullish(),
  cursor: z.number().nullish(),
  has_more: z.boolean().nullish(),
})

export const countersSchema = z.object({
  videos: z
    .array(
      z.object({
        id: idSchema,
        view_count: counter,
        like_count: counter,
        comment_count: counter,
        share_count: counter,
      }),
    )
    .nullish(),
})
