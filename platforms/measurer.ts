import type { Account, JsonRecord } from './platform.ts'

/** The numbers that CrateSocial keeps; what a platform does not give is absent, never 0. promise: D1, D2 */
export const postMetrics = ['views', 'reach', 'likes', 'comments', 'shares', 'saves'] as const
export type PostMetric = (typeof postMetrics)[number]
export type Numbers = Partial<Record<PostMetric, number>>

export type PostToMeasure = { platformPostId: string; kind: string; handles: JsonRecord }

/** What one round of asking works on. */
export type Measuring = {
  account: Account
  /** The platform's names that it refused lately: not asked again. */
  refused: ReadonlySet<string>
  /** Epoch milliseconds. */
  now(): number
  signal: AbortSignal
}

/** What one round of asking brought. */
export type Measured<T> = {
  result: T
  /** Names that the platform refused now: no longer provided. */
  refused: string[]
  /** Which interface and version gave the numbers: `Graph API v25.0`. */
  source: string
  /** How much of the platform's rate limit is used, in percent; 0 where it does not say. */
  usedPercent: number
}

export type AccountNumbers = {
  followers: number | null
  /** Of everything on the account, on one of the platform's own days; null where it has no such numbers, or none that are new. */
  day: { date: string; views: number | null; reach: number | null } | null
  /** Later days have settled, too: worth asking again soon. */
  hasMore: boolean
}

/** Reading the numbers of one platform: in batches, repeatable, without effect. Throws PlatformError, and only that. */
export type Measurer = {
  /** Version under which refused names are remembered. */
  version: string
  /** The platform's own name for each number of a post of this kind; absent: the platform does not give it. */
  names(kind: string): Partial<Record<PostMetric, string>>
  accountNames: { followers?: string; views?: string; reach?: string }
  /** How long the platform tells numbers of a post of this kind, in milliseconds; null: for good. */
  toldForMs(kind: string): number | null
  /** How many posts one call takes. */
  batch: number
  /** At most `batch` posts. By platform post id, without numbers where it gives none; a post that the platform does not show is not in it. */
  posts(measuring: Measuring, posts: PostToMeasure[]): Promise<Measured<Map<string, Numbers>>>
  /** `after`: the last day that is known; null: none. */
  account(measuring: Measuring, after: string | null): Promise<Measured<AccountNumbers>>
}
