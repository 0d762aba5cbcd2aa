import type { Pace } from '../pace.ts'
/**
 * Limits and switches of the Meta simulation. All can be changed on the control port. Times are in
 * milliseconds.
 */
export type MetaSettings = {
  /** How long an image container takes until FINISHED. */
  imageContainerMs: number
  /** How long a video container takes until FINISHED. */
  videoContainerMs: number
  /** How long a Facebook video is processed after upload or finish. */
  facebookProcessingMs: number
  /** How long publishing takes after processing. */
  facebookPublishingMs: number
  /** How late a new post or media object appears in lists. */
  listLagMs: number
  /** quota_total of content_publishing_limit: the documentation says both 50 and 100. */
  instagramQuotaTotal: number
  instagramContainersPerDay: number
  reelsPerDay: number
  /** The result of a second media_publish of a published container (undocumented at Meta). */
  secondMediaPublish: 'error' | 'same_id' | 'duplicate'
  /** true: PNG is rejected (36001), as documented. false: PNG is accepted, as measured. */
  strictPng: boolean
  requireAppSecretProof: boolean
  /**
   * The date on which the app was registered, such as `2026-11-29`. Apps registered since Nov 4,
   * 2026 can't use multi-ID requests and other old features.
   */
  metaAppCreatedOn: string
  /**
   * The error code for those features: 100 without a subcode, or 12. Meta hasn't published which.
   */
  closedFeatureCode: 100 | 12
  /** How long after publishing a video's `post_id` appears. */
  videoPostIdLagMs: number
  /**
   * true: with business_management, `/me/accounts` also returns a portfolio's Pages, as one report
   * says.
   */
  portfolioPagesInAccounts: boolean
  /** The most Pages in one response. More are refused with code 1 ("reduce the amount of data"). */
  mostPagesInAnswer: number
  /**
   * true: lists of Pages are empty although access is unchanged, as field reports say happens for
   * hours.
   */
  pageListsEmpty: boolean
  /**
   * true: a comment on a Page's post can be created with `fields`, as one scheduler does. false:
   * fails with 20/1772107, as on Instagram.
   */
  facebookCommentFields: boolean
  /**
   * How long after publishing a post accepts comments. Until then, 100/33 as for a missing post.
   */
  commentsOpenAfterMs: number
  /**
   * true: a Page's reel or story can be a MOV file. Meta recommends MP4, and neither promises nor
   * excludes MOV.
   */
  facebookTakesMov: boolean
  /** Usernames that can't be tagged or invited: private or nonexistent accounts. */
  unfitUsernames: string[]
  /** HTTP status of code 190. Both 400 and 401 have been seen. */
  tokenErrorStatus: 400 | 401
  /** The chunk size that a chunked /videos upload asks for, in bytes. */
  videoChunkBytes: number
  codeLifeMs: number
  shortTokenLifeMs: number
  longTokenLifeMs: number
  dataAccessLifeMs: number
  containerLifeMs: number
  unpublishedPhotoLifeMs: number
  /** The incident of May 2026: reading Instagram objects with a Page token fails with 100/33. */
  pageTokenReadsFail: boolean
  appCallsPerHour: number
  /** Calls for one Page or Instagram account in 24 hours. */
  businessCallsPerDay: number
  regainAccessMinutes: number
  /**
   * Which links in posts are fetched. 'private': only those on this machine or network, which works
   * without internet access.
   */
  scrapeLinks: 'always' | 'private' | 'never'
  /** Permissions of the login configuration, requested if the dialog gets a config_id. */
  loginConfigScopes: string[]
  /** Insights include only data older than this. */
  insightsLagMs: number
  /** The time after which a post has about two thirds of its final views. */
  insightsCurveMs: number
  /**
   * Retired metrics and their dates: `{"reach": "2027-01-01"}`. From that day on they fail a call,
   * like unknown metrics.
   */
  retiredMetrics: Record<string, string>
  deauthorizeUrl: string | null
  dataDeletionUrl: string | null
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const quickWaits = {
  imageContainerMs: 1_000,
  videoContainerMs: 3_000,
  facebookProcessingMs: 2_000,
  facebookPublishingMs: 300,
}
const realWaits = {
  imageContainerMs: 4_000,
  videoContainerMs: 60_000,
  facebookProcessingMs: 45_000,
  facebookPublishingMs: 5_000,
}

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
    metaAppCreatedOn: '2026-11-29',
    closedFeatureCode: 100,
    videoPostIdLagMs: 0,
    portfolioPagesInAccounts: false,
    mostPagesInAnswer: 50,
    pageListsEmpty: false,
    facebookCommentFields: true,
    commentsOpenAfterMs: 0,
    facebookTakesMov: true,
    unfitUsernames: ['private.person', 'nobody.at.all'],
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
      'pages_manage_engagement',
      'pages_read_user_content',
      'instagram_manage_comments',
      'instagram_manage_contents',
    ],
    insightsLagMs: pace === 'quick' ? 0 : hourMs,
    insightsCurveMs: pace === 'quick' ? 10 * 60_000 : 20 * hourMs,
    retiredMetrics: {},
    deauthorizeUrl: null,
    dataDeletionUrl: null,
  }
}
