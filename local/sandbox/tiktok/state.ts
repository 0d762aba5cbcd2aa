import type { StoredMedia } from '../media-store.ts'
import type { ChunkPlan } from './publishing/chunk-plan.ts'
import type { MediaFailReason } from './publishing/media-rules.ts'

/** Times ending in AtMs are in sandbox time unless the name contains "real". */
export type Creator = {
  openId: string
  unionId: string
  username: string
  displayName: string
  bio: string
  verified: boolean
  private: boolean
  commentsOff: boolean
  duetOff: boolean
  stitchOff: boolean
  maxDurationSec: number
  banned: boolean
  deleted: boolean
  /** Posts that other apps made in the last 24 h. */
  postsElsewhere: number
  /** Drafts that other apps left in the inbox. */
  draftsElsewhere: number
  appVersion: string
  followers: number
  following: number
  createdAtMs: number
}

export type Code = {
  code: string
  openId: string
  scopes: string[]
  redirectUri: string
  challenge: string | null
  expiresAtMs: number
  used: boolean
}

/** One pair of tokens from a creator's connection to the app, with the granted scopes. */
export type Token = {
  access: string
  refresh: string
  openId: string
  scopes: string[]
  accessExpiresAtMs: number
  refreshExpiresAtMs: number
  accessDead: boolean
  refreshDead: boolean
}

export type FailReason =
  | MediaFailReason
  | 'internal'
  | 'video_pull_failed'
  | 'photo_pull_failed'
  | 'publish_cancelled'
  | 'auth_removed'
  | 'spam_risk_too_many_posts'
  | 'spam_risk_user_banned_from_posting'
  | 'spam_risk_text'
  | 'spam_risk'

type PublishStatus =
  | 'PROCESSING_UPLOAD'
  | 'PROCESSING_DOWNLOAD'
  | 'SEND_TO_USER_INBOX'
  | 'PUBLISH_COMPLETE'
  | 'FAILED'

export type Upload = {
  id: string
  token: string
  plan: ChunkPlan
  expiresAtMs: number
  receivedBytes: number
}

/** Everything about one publish_id. `next` is the next automatic step and its time. */
export type Publish = {
  id: string
  openId: string
  kind: 'video' | 'photo'
  mode: 'direct' | 'inbox'
  initAtMs: number
  status: PublishStatus
  failReason: FailReason | null
  downloadedBytes: number
  upload: Upload | null
  urls: string[]
  coverIndex: number
  title: string
  description: string
  visibility: string
  settings: Record<string, unknown>
  media: StoredMedia[]
  /**
   * The irreversible call: the last chunk of an upload, otherwise init. Null until all bytes have
   * arrived.
   */
  commit: { callId: number; realAtMs: number } | null
  next: { step: 'pull' | 'judge'; atMs: number } | null
  postIds: string[]
}

export type Post = {
  id: string
  publishId: string
  openId: string
  kind: 'video' | 'photo'
  title: string
  description: string
  visibility: string
  media: StoredMedia[]
  coverIndex: number
  settings: Record<string, unknown>
  createdAtMs: number
  /** When moderation approves a public post. Null once approved, or if the post is not public. */
  moderationAtMs: number | null
  approved: boolean
}

type Audience = { views: number; likes: number; comments: number; shares: number }

export type Delivery = {
  id: number
  event: string
  openId: string
  body: string
  firstAtMs: number
  nextAtMs: number | null
  tries: { atMs: number; status: number | null; error: string | null }[]
}

type AuditEntry = {
  atMs: number
  openId: string
  rule: string
  publishId: string | null
  detail: string
}

export type TikTokState = {
  creators: Creator[]
  codes: Code[]
  tokens: Token[]
  publishes: Publish[]
  posts: Post[]
  deliveries: Delivery[]
  auditLog: AuditEntry[]
  /** Final numbers of older posts, by id. Those of other posts are computed from their ids. */
  audiences: Record<string, Audience>
  /** Each creator's last creator_info: its time and the privacy levels it offered. */
  creatorInfo: Record<string, { atMs: number; offered: string[] }>
}

export const emptyState = (): TikTokState => ({
  creators: [],
  codes: [],
  tokens: [],
  publishes: [],
  posts: [],
  deliveries: [],
  auditLog: [],
  audiences: {},
  creatorInfo: {},
})
