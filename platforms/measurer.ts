import type { Account } from './account.ts'
import type { PlatformError } from './errors.ts'
import type { JsonRecord } from './json.ts'

/**
 * The metrics that most platforms have. They are compared and added up across platforms. A metric
 * that a platform doesn't provide is absent, never 0. promise: D1, D2
 */
export const postMetrics = ['views', 'reach', 'likes', 'comments', 'shares', 'saves'] as const
export type PostMetric = (typeof postMetrics)[number]

/** A metric that a platform has besides `postMetrics`. */
export type OwnMetric = {
  /**
   * Its name in the database and in CSV, such as `profile_visits`. Don't change it later. Platforms
   * that use the same name mean the same and have the same label and unit.
   */
  name: string
  /** For example "Profile visits" */
  label: string
  unit: 'count' | 'milliseconds'
  /** Whether the values of several posts can be added up. */
  acrossPosts: 'sum' | 'average'
  /** The kinds of posts that have it, each with the platform's own name of the metric. */
  names: Record<string, string>
}

/** By metric: one of `postMetrics` or the name of an `OwnMetric`. */
export type Numbers = Partial<Record<string, number>>

export type PostToMeasure = { platformPostId: string; kind: string; handles: JsonRecord }

/** How much of a limit is used, in percent. `accountId` is null for the whole app. */
export type Used = { accountId: string | null; percent: number }

/**
 * Measuring's share of a platform's limits. It is told about every call, including refused ones,
 * because platforms count those too.
 */
export type Share = {
  /**
   * Call it before each request that the platform counts as `calls`. Throws PlatformError if the
   * share is used up.
   */
  take(calls: number): Promise<void>
  /** Reports what an answer or refusal says about the limits. */
  told(used: Used[]): void
}

/** The input of one round of measuring. */
export type Measuring = {
  account: Account
  share: Share
  /**
   * Whether the platform no longer knows this metric name for this kind of post, or for `account`.
   * Then it isn't requested.
   */
  isRetired(kind: string, name: string): boolean
  /** Epoch milliseconds. */
  now(): number
  signal: AbortSignal
}

/** A platform's own name of a metric, for one kind of post or for `account`. */
export type NameOfKind = { kind: string; name: string }
/**
 * One object refused only this name. The name is retired when a second object of the kind refuses
 * it too.
 */
export type NameRefusal = NameOfKind & { object: string }

/** The result of one round of measuring. */
export type Measured<T> = {
  result: T
  refusals: NameRefusal[]
  /** The API and version that the metrics came from, such as `Graph API v25.0`. */
  source: string
  /** A problem to show although the rest succeeded. Null if there is none. */
  problem: string | null
}

export type MeasuredPosts = Measured<Map<string, Numbers>> & {
  /** Posts that the platform didn't answer for this time, by platform post id, with the reason. */
  unanswered: ReadonlyMap<string, PlatformError>
  /** Metrics that the platform doesn't provide for this account. */
  notGiven: string[]
  /** Ids that the platform has only now provided, by the id known before. */
  betterIds: ReadonlyMap<string, string>
}

export type Followers = {
  followers: number | null
  /** A temporary URL of the profile picture at the platform. Null if there is none. */
  avatarUrl: string | null
}

/** Totals of the whole account on one of the platform's own days, such as `2026-11-24`. */
export type AccountDay = { date: string; views: number | null; reach: number | null }
/** A day that was already requested. `isEmpty`: it had no numbers yet; they may come later. */
export type KnownDay = { date: string; isEmpty: boolean; takenAt: Date }
export type NextDay = {
  /** Null if no day is due. */
  day: AccountDay | null
  /** Whether more days are due, so that it is worth asking again soon. */
  hasMore: boolean
}

/** A post on the account, including posts that were not made with CrateSocial. */
export type OwnPost = {
  platformPostId: string
  /** Other ids of the same post. */
  otherIds: string[]
  kind: string
  /** The beginning of its caption. */
  text: string
  permalink: string | null
  publishedAt: Date
}
/** `next`: the cursor from the previous page. Null for the first page. */
export type OwnPostsAsked = { sinceMs: number; next: string | null }
export type OwnPosts = { posts: OwnPost[]; next: string | null }

/**
 * Reads the metrics of one platform, in batches. Repeatable and read-only. Throws only
 * PlatformError.
 */
export type Measurer = {
  /** Refused names are remembered for this version. */
  version: string
  /**
   * The platform's own name of each metric of a post of this kind. Absent if the platform doesn't
   * provide it.
   */
  names(kind: string): Partial<Record<PostMetric, string>>
  /** What it has besides these, in the order in which pages show it. */
  ownMetrics: OwnMetric[]
  accountNames: { followers?: string; views?: string; reach?: string }
  /**
   * How long the platform provides metrics of a post of this kind, in milliseconds. Null: without a
   * limit.
   */
  toldForMs(kind: string): number | null
  /**
   * Whether a post of this kind that is missing in an answer is hidden or deleted. Otherwise the
   * platform may just have no metrics for it.
   */
  tellsAbsence(kind: string): boolean
  /** How many posts one call can request. */
  batch: number
  /**
   * The minimum number of calls per hour that the app has for each person. Null: reading has its
   * own limits.
   */
  callsPerHour: number | null
  /**
   * Takes at most `batch` posts. Returns metrics by platform post id, empty if the platform has
   * none. Posts that the platform doesn't show are missing.
   */
  posts(measuring: Measuring, posts: PostToMeasure[]): Promise<MeasuredPosts>
  /** One page of the account's posts since `sinceMs`. May include older ones. */
  ownPosts(measuring: Measuring, asked: OwnPostsAsked): Promise<Measured<OwnPosts>>
  followers(measuring: Measuring): Promise<Measured<Followers>>
  /**
   * Requests the account's next day that is due. Null: the platform has no such metrics. `known` is
   * ordered oldest first.
   */
  accountDay: ((measuring: Measuring, known: KnownDay[]) => Promise<Measured<NextDay>>) | null
}
