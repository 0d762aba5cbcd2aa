import type { Pace } from '../settings.ts'

/** Numbers and switches of the Meta half; every one can be changed on the control port. Times in milliseconds. */
export type MetaSettings = {
  /** An image container needs so long until FINISHED. */
  imageContainerMs: number
  /** A video container needs so long until FINISHED. */
  videoContainerMs: number
  /** A Facebook video is processed so long after upload or finish. */
  facebookProcessingMs: number
  /** ... and then published so much later. */
  facebookPublishingMs: number
  /** Lists of posts and media show a new entry only so much later. */
  listLagMs: number
  /** quota_total of content_publishing_limit: the documentation says 50 and 100. */
  instagramQuotaTotal: number
  instagramContainersPerDay: number
  reelsPerDay: number
  /** What a second media_publish of a published container does (undocumented at Meta). */
  secondMediaPublish: 'error' | 'same_id' | 'duplicate'
  /** true: PNG is refused (36001), as documented; false: accepted, as measured. */
  strictPng: boolean
  requireAppSecretProof: boolean
  /** HTTP status of code 190: seen as 400 and as 401. */
  tokenErrorStatus: 400 | 401
  /** Size of the pieces that a chunked /videos upload asks for. */
  videoChunkBytes: number
  codeLifeMs: number
  shortTokenLifeMs: number
  longTokenLifeMs: number
  dataAccessLifeMs: number
  containerLifeMs: number
  unpublishedPhotoLifeMs: number
  /** The incident of May 2026: reads on Instagram objects with a Page token answer 100/33. */
  pageTokenReadsFail: boolean
  appCallsPerHour: number
  /** Calls of one Page or Instagram account in 24 hours. */
  businessCallsPerDay: number
  regainAccessMinutes: number
  /** Which links of a post Meta tries to read: 'private' = only those on this machine or network (works without the internet). */
  scrapeLinks: 'always' | 'private' | 'never'
  /** Permissions of the login configuration, asked for when the dialog gets a config_id. */
  loginConfigScopes: string[]
  /** Insights know nothing younger than this. */
  insightsLagMs: number
  /** After so long a post has about two thirds of all the views it will ever get. */
  insightsCurveMs: number
  /** Names of metrics that die: `{"reach": "2027-01-01"}`; from that day on they fail a call like any unknown one. */
  retiredMetrics: Record<string, string>
  deauthorizeUrl: string | null
  dataDeletionUrl: string | null
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const quickWaits = { imageContainerMs: 1_000, videoContainerMs: 3_000, facebookProcessingMs: 2_000, facebookPublishingMs: 300 }
const realWaits = { imageContainerMs: 4_000, videoContainerMs: 60_000, facebookProcessingMs: 45_000, facebookPublishingMs: 5_000 }

export function metaSettings(pace: Pace): MetaSettings {
  return {
    ...(pace === 'quick' ? quickWaits : realWaits),
    listLagMs: pace === 'quick' ? 0 : 5_000,
    instagramQuotaTotal: 50,
    instagramContainersPerDay: 400,
    reelsPerDay: 30,
    secondMediaPublish: 'error',
    strictPng: true,
    requireAppSecretProof: false,
    tokenErrorStatus: 400,
    videoChunkBytes: 1_048_576,
    codeLifeMs: 10 * 60_000,
    shortTokenLifeMs: 5_400_000,
    longTokenLifeMs: 5_183_944_000,
    dataAccessLifeMs: 90 * dayMs,
    containerLifeMs: dayMs,
    unpublishedPhotoLifeMs: dayMs,
    pageTokenReadsFail: false,
    appCallsPerHour: pace === 'quick' ? 20_000 : 400,
    businessCallsPerDay: pace === 'quick' ? 100_000 : 4_800,
    regainAccessMinutes: 19,
    scrapeLinks: 'private',
    loginConfigScopes: [
      'pages_show_list',
      'pages_read_engagement',
      'pages_manage_posts',
      'read_insights',
      'instagram_basic',
      'instagram_content_publish',
      'instagram_manage_insights',
      'business_management',
    ],
    insightsLagMs: pace === 'quick' ? 0 : hourMs,
    insightsCurveMs: pace === 'quick' ? 10 * 60_000 : 20 * hourMs,
    retiredMetrics: {},
    deauthorizeUrl: null,
    dataDeletionUrl: null,
  }
}
