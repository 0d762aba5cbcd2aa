import type { StoredMedia } from '../media-store.ts'
import type { ChunkPlan } from './chunk-plan.ts'
import type { MediaFailReason } from './media-rules.ts'

/** Times ending in AtMs are sandbox time unless the name says real. */
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
  /** Posts of the last 24 h that other apps made. */
  postsElsewhere: number
  /** Drafts other apps left in the inbox. */
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

/** One connection of one creator with the app: what the person granted, and every token that came of it. */
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
  | 'spam_risk_user_banned_from_posting'

export type PublishStatus = 'PROCESSING_UPLOAD' | 'PROCESSING_DOWNLOAD' | 'SEND_TO_USER_INBOX' | 'PUBLISH_COMPLETE' | 'FAILED'

export type Upload = {
  id: string
  token: string
  plan: ChunkPlan
  expiresAtMs: number
  receivedBytes: number
}

/** Everything behind one publish_id. `next` is the step that comes by itself once its moment is there. */
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
  /** The irreversible call: the last chunk of an upload, else init. Null while bytes are missing. */
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
  /** When moderation lets a public post through; null once it did, or when it never will. */
  moderationAtMs: number | null
  approved: boolean
}

export type Audience = { views: number; likes: number; comments: number; shares: number }

export type Delivery = {
  id: number
  event: string
  openId: string
  body: string
  firstAtMs: number
  nextAtMs: number | null
  tries: { atMs: number; status: number | null; error: string | null }[]
}

export type AuditEntry = { atMs: number; openId: string; rule: string; publishId: string | null; detail: string }

export type TikTokState = {
  creators: Creator[]
  codes: Code[]
  tokens: Token[]
  publishes: Publish[]
  posts: Post[]
  deliveries: Delivery[]
  auditLog: AuditEntry[]
  /** What posts that were there before will have met with in the end, by id; the others follow from their ids. */
  audiences: Record<string, Audience>
  /** Last creator_info of each creator: when, and which privacy levels it offered. */
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
