import type { Pace } from '../settings.ts'

/** Numbers and switches of the TikTok half, part of the one flat record of settings; every one can be changed on the control port. */
export type TikTokSettings = {
  /** Time between the last byte and the verdict over the media. */
  tiktokProcessingMs: number
  /** Time between PUBLISH_COMPLETE and the public id of a public post. */
  tiktokModerationMs: number
  /** Time before a download begins; cancel works only until the download ends. */
  tiktokPullDelayMs: number
  /** `documented`: 24 h and 365 days. `november-2026`: 2 h and 180 days, as one page of TikTok says. */
  tiktokTokenProfile: 'documented' | 'november-2026'
  /** A refresh answers the same refresh token instead of a new one. Only in the documented profile. */
  tiktokKeepRefreshToken: boolean
  tiktokCodeLifetimeMs: number
  tiktokUploadUrlLifetimeMs: number
  /** OAuth errors were measured with HTTP 200; others report 400. */
  tiktokOauthErrorStatus: 200 | 400
  tiktokParamErrorCode: 'invalid_params' | 'invalid_param'
  /** What a chunk that is already there gets. Both are plausible; TikTok does not say. */
  tiktokRepeatedChunkStatus: 416 | 206
  /** Field report: status/fetch does not know a publish_id right after init. */
  tiktokUnknownPublishIdMs: number
  /** Field report: the public id of a public post is never listed. */
  tiktokNeverListPublicId: boolean
  tiktokListPublicIdTwice: boolean
  /** Field report: a publish stays in processing for ever. */
  tiktokEndlessProcessing: boolean
  /** Whether photo posts appear in video/list and video/query is not documented. */
  tiktokPhotosInVideoList: boolean
  tiktokInitPerMinute: number
  /** One bucket for all inits instead of one per endpoint. */
  tiktokSharedInitBucket: boolean
  tiktokCreatorInfoPerMinute: number
  tiktokStatusPerMinute: number
  tiktokReadPerMinute: number
  tiktokPostsPerDay: number
  tiktokPendingShares: number
  /** Creators who may post within 24 h: 5 for an unaudited app, else this many. */
  tiktokActiveUserCap: number
  /** These two and the webhook URL begin as the app was registered. */
  tiktokAudited: boolean
  tiktokVerifiedPrefixes: string[]
  /** Null: webhooks are off. */
  tiktokWebhookUrl: string | null
  tiktokWebhookDelayMs: number
  tiktokWebhookDuplicates: boolean
  /** Every second event is held back, so that it arrives after its successor. */
  tiktokWebhookReorder: boolean
  tiktokWebhookRetryMs: number
}

export const lifetimesSec = {
  documented: { access: 86_400, refresh: 31_536_000 },
  'november-2026': { access: 7_200, refresh: 15_552_000 },
} as const

const paces = {
  quick: { tiktokProcessingMs: 2_000, tiktokModerationMs: 3_000, tiktokWebhookRetryMs: 2_000 },
  real: { tiktokProcessingMs: 30_000, tiktokModerationMs: 60_000, tiktokWebhookRetryMs: 30_000 },
} as const

/** `quick` is for demonstrations and tests, `real` has the fact sheet's numbers. */
export function tiktokSettings(pace: Pace): TikTokSettings {
  return {
    ...paces[pace],
    tiktokPullDelayMs: 0,
    tiktokTokenProfile: 'documented',
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
