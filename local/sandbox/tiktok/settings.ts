import type { Pace } from '../settings.ts'

/** The group `tiktok` of the sandbox's settings (`world.settings.tiktok`), numbers and switches; every one can be changed on the control port. */
export type TikTokSettings = {
  /** Time between the last byte and the verdict over the media. */
  processingMs: number
  /** Time between PUBLISH_COMPLETE and the public id of a public post. */
  moderationMs: number
  /** Time before a download begins; cancel works only until the download ends. */
  pullDelayMs: number
  /** `documented`: 24 h and 365 days. `november-2026`: 2 h and 180 days, as one page of TikTok says. */
  tokenProfile: 'documented' | 'november-2026'
  /** A refresh answers the same refresh token instead of a new one. Only in the documented profile. */
  keepRefreshToken: boolean
  codeLifetimeMs: number
  uploadUrlLifetimeMs: number
  /** OAuth errors were measured with HTTP 200; others report 400. */
  oauthErrorStatus: 200 | 400
  paramErrorCode: 'invalid_params' | 'invalid_param'
  /** What a chunk that is already there gets. Both are plausible; TikTok does not say. */
  repeatedChunkStatus: 416 | 206
  /** Field report: status/fetch does not know a publish_id right after init. */
  unknownPublishIdMs: number
  /** Field report: the public id of a public post is never listed. */
  neverListPublicId: boolean
  listPublicIdTwice: boolean
  /** Field report: a publish stays in processing for ever. */
  endlessProcessing: boolean
  /** Whether photo posts appear in video/list and video/query is not documented. */
  photosInVideoList: boolean
  initPerMinute: number
  /** One bucket for all inits instead of one per endpoint. */
  sharedInitBucket: boolean
  creatorInfoPerMinute: number
  statusPerMinute: number
  readPerMinute: number
  postsPerDay: number
  pendingShares: number
  /** Creators who may post within 24 h: 5 for an unaudited app, else this many. */
  activeUserCap: number
  /** These two begin as the app was registered. */
  audited: boolean
  verifiedPrefixes: string[]
  /** Null: webhooks are off. */
  webhookUrl: string | null
  webhookDelayMs: number
  webhookDuplicates: boolean
  /** Every second event is held back, so that it arrives after its successor. */
  webhookReorder: boolean
  webhookRetryMs: number
}

export const lifetimesSec = {
  documented: { access: 86_400, refresh: 31_536_000 },
  'november-2026': { access: 7_200, refresh: 15_552_000 },
} as const

const paces = {
  quick: { processingMs: 2_000, moderationMs: 3_000, webhookRetryMs: 2_000 },
  real: { processingMs: 30_000, moderationMs: 60_000, webhookRetryMs: 30_000 },
} as const

/** `quick` is for demonstrations and tests, `real` has the fact sheet's numbers. */
export function defaultSettings(pace: Pace, audited: boolean, verifiedPrefixes: string[]): TikTokSettings {
  return {
    ...paces[pace],
    pullDelayMs: 0,
    tokenProfile: 'documented',
    keepRefreshToken: false,
    codeLifetimeMs: 10 * 60_000,
    uploadUrlLifetimeMs: 60 * 60_000,
    oauthErrorStatus: 200,
    paramErrorCode: 'invalid_params',
    repeatedChunkStatus: 416,
    unknownPublishIdMs: 0,
    neverListPublicId: false,
    listPublicIdTwice: false,
    endlessProcessing: false,
    photosInVideoList: false,
    initPerMinute: 6,
    sharedInitBucket: false,
    creatorInfoPerMinute: 20,
    statusPerMinute: 30,
    readPerMinute: 600,
    postsPerDay: 15,
    pendingShares: 5,
    activeUserCap: 1_000,
    audited,
    verifiedPrefixes,
    webhookUrl: null,
    webhookDelayMs: 0,
    webhookDuplicates: false,
    webhookReorder: false,
  }
}
