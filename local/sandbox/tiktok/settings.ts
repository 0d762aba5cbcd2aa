import type { Pace } from '../pace.ts'
/**
 * Limits and switches of the TikTok simulation, part of the flat record of settings. All can be
 * changed on the control port.
 */
export type TikTokSettings = {
  /** Time from the last byte to the check of the media. */
  tiktokProcessingMs: number
  /** Time from PUBLISH_COMPLETE until a public post is approved and has a public id. */
  tiktokModerationMs: number
  /** Delay before a download starts. Canceling works only until the download ends. */
  tiktokPullDelayMs: number
  /**
   * `november-2026`: 2 h and 180 days, as in TikTok's documentation of November 2026. `older`: 24 h
   * and 365 days.
   */
  tiktokTokenProfile: 'older' | 'november-2026'
  /** A refresh returns the same refresh token instead of a new one. Only in the older profile. */
  tiktokKeepRefreshToken: boolean
  tiktokCodeLifetimeMs: number
  tiktokUploadUrlLifetimeMs: number
  /** OAuth errors were measured with HTTP 200. Others report 400. */
  tiktokOauthErrorStatus: 200 | 400
  tiktokParamErrorCode: 'invalid_params' | 'invalid_param'
  /**
   * Status for a chunk that was already received. TikTok doesn't document it; both are plausible.
   */
  tiktokRepeatedChunkStatus: 416 | 206
  /** Field report: status/fetch doesn't know a publish_id right after init. */
  tiktokUnknownPublishIdMs: number
  /** Field report: the public id of a public post is never returned. */
  tiktokNeverListPublicId: boolean
  tiktokListPublicIdTwice: boolean
  /** Field report: a publish stays in processing forever. */
  tiktokEndlessProcessing: boolean
  /** Every publish fails for this reason. Null: the media decides. */
  tiktokFailReason: string | null
  /** It is not documented if photo posts appear in video/list and video/query. */
  tiktokPhotosInVideoList: boolean
  tiktokInitPerMinute: number
  /** One rate limit for all inits instead of one per endpoint. */
  tiktokSharedInitBucket: boolean
  tiktokCreatorInfoPerMinute: number
  tiktokStatusPerMinute: number
  tiktokReadPerMinute: number
  tiktokPostsPerDay: number
  tiktokPendingShares: number
  /** How many creators can post within 24 h. For an unaudited app, at most 5. */
  tiktokActiveUserCap: number
  /** The initial values of these two and of the webhook URL come from the app's registration. */
  tiktokAudited: boolean
  tiktokVerifiedPrefixes: string[]
  /** Null if webhooks are off. */
  tiktokWebhookUrl: string | null
  tiktokWebhookDelayMs: number
  tiktokWebhookDuplicates: boolean
  /** Every second event is delayed, so that it arrives after the next one. */
  tiktokWebhookReorder: boolean
  tiktokWebhookRetryMs: number
}

export const lifetimesSec = {
  older: { access: 86_400, refresh: 31_536_000 },
  'november-2026': { access: 7_200, refresh: 15_552_000 },
} as const

const paces = {
  quick: { tiktokProcessingMs: 2_000, tiktokModerationMs: 3_000, tiktokWebhookRetryMs: 2_000 },
  real: { tiktokProcessingMs: 30_000, tiktokModerationMs: 60_000, tiktokWebhookRetryMs: 30_000 },
} as const

/** `quick` is for demos and tests. `real` has the fact sheet's numbers. */
export function tiktokSettings(pace: Pace): TikTokSettings {
  return {
    ...paces[pace],
    tiktokPullDelayMs: 0,
    tiktokTokenProfile: 'november-2026',
    tiktokKeepRefreshToken: false,
    tiktokCodeLifetimeMs: 10 * 60_000,
    tiktokUploadUrlLifetimeMs: 60 * 60_000,
    tiktokOauthErrorStatus: 200,
    tiktokParamErrorCode: 'invalid_params',
    tiktokRepeatedChunkStatus: 416,
    tiktokUnknownPublishIdMs: 0,
    tiktokNeverListPublicId: false,
    tiktokListPublicIdTwice: false,
    tiktokEndlessProcessing: false,
    tiktokFailReason: null,
    tiktokPhotosInVideoList: false,
    tiktokInitPerMinute: 6,
    tiktokSharedInitBucket: false,
    tiktokCreatorInfoPerMinute: 20,
    tiktokStatusPerMinute: 30,
    tiktokReadPerMinute: 600,
    tiktokPostsPerDay: 15,
    tiktokPendingShares: 5,
    tiktokActiveUserCap: 1_000,
    tiktokAudited: false,
    tiktokVerifiedPrefixes: [],
    tiktokWebhookUrl: null,
    tiktokWebhookDelayMs: 0,
    tiktokWebhookDuplicates: false,
    tiktokWebhookReorder: false,
  }
}
