import type { Readable } from 'node:stream'
import type { Account } from './account.ts'
import type { Problem } from './errors.ts'
import type { JsonRecord } from './json.ts'
import type { Measurer } from './measurer.ts'
import type { PostKind } from './post-kind.ts'
import type { PreviewDetails } from './post-preview.ts'
import type { Remover } from './remover.ts'

/**
 * Everything CrateSocial knows about one platform. Its issuer creates it: see `IssuerModule`.
 */
export type Platform = {
  /** The name in the database and in URLs, such as `facebook`. */
  name: string
  /** The name that people see, such as `Facebook`. */
  label: string
  /** Its mark: the name of an icon in the sprite. */
  mark: string
  /** The name of the issuer of its grants. Several platforms may share one. */
  issuer: string
  /**
   * Whether publishing also stops when the issuer's data access ends, although the token is still
   * valid.
   */
  needsDataAccess?: boolean
  kinds: PostKind[]
  /**
   * All rules that the draft breaks, as far as they can be known before sending. Empty if it can be
   * sent.
   */
  check(draft: DraftForChannel): RuleFault[]
  /**
   * What happens to this draft because this installation's app isn't reviewed yet. Null if nothing
   * does.
   */
  noteOnApp?(draft: DraftForChannel): string | null
  /** Suggests a kind from the media and text, for when the person hasn't chosen one yet. */
  suggestKind(draft: Pick<DraftForChannel, 'text' | 'link' | 'media'>): string
  /**
   * The settings from the composer's form fields, or faults that name the field. Ignores unknown
   * fields.
   */
  readSettings(kind: string, fields: Record<string, string>): JsonRecord
  /**
   * The Eta partial with the platform's own fields, relative to `platforms/`. Absent if it has
   * none.
   */
  fieldsView?: string
  /** Character limits of its own fields, for their counters. */
  fieldLimits?: Record<string, number>
  /**
   * What the composer must request from the platform before it shows the fields (TikTok:
   * creator_info). Contains only what is displayed.
   */
  describeAccount?(account: Account): Promise<JsonRecord>
  /**
   * The post id in a text that a person pasted: the id itself or the post's URL. Null if the URL
   * doesn't contain it.
   */
  postIdIn(pasted: string, accountId: string): string | null
  /** The best picture that it takes for a kind of post. Absent: any JPEG in 2048 x 2048 pixels. */
  pictureFor?(kind: string): PictureRecipe
  /** What the settings of this draft change about its preview. Absent: nothing. */
  previewDetails?(draft: Pick<DraftForChannel, 'kind' | 'settings'>): PreviewDetails
  /**
   * Profiles show posts as a grid of tiles, newest first: all kinds but those in `without`. Absent:
   * they don't.
   */
  profileGrid?: { without: string[] }
  /** What happens to the files of this draft, for a person to know. Null if nothing does. */
  noteOnMedia?(draft: DraftForChannel): string | null
  publish: Publisher
  measure: Measurer
  /** Deletes published posts. Absent if the platform's API can't. */
  remove?: Remover
  /** How a person deletes a post there by hand, one step a line. */
  removeByHand: string[]
}

/**
 * A JPEG of at most `maxBytes`, scaled down into `box` (in pixels). `turns`: a wide picture has the
 * box turned. `ratios`: a picture outside them (width to height) gets white bars.
 */
export type PictureRecipe = {
  box: { width: number; height: number }
  turns?: boolean
  ratios?: { least: number; most: number }
  maxBytes: number
}

export type MediaFacts = {
  id: string
  kind: 'image' | 'video'
  contentType: string
  sizeBytes: number
  width: number
  height: number
  /** Null for images. */
  durationMs: number | null
  videoCodec: string | null
  audioCodec: string | null
  fps: number | null
  /** Null for images. Absent or null: unknown. */
  encoding?: VideoEncoding | null
  altText: string
}

/**
 * How a video is encoded: `audioRate` in Hz. The sound is null if it has none. `keyFrames`: the
 * shortest time between two, null if there is only one, and the longest, also up to the end. Absent
 * for videos that were stored before it was read.
 */
export type VideoEncoding = {
  kilobits: number
  pixelFormat: string
  isInterlaced: boolean
  audioRate: number | null
  audioChannels: number | null
  keyFrames?: { shortestMs: number | null; longestMs: number }
}

export type DraftForChannel = {
  kind: string
  text: string
  link: string | null
  media: MediaFacts[]
  settings: JsonRecord
  /** The last result of `describeAccount`, if it was called. */
  accountFacts: JsonRecord | null
  /** The connection's permissions at the issuer. Absent or null if unknown. */
  granted?: string[] | null
}

/**
 * A broken rule: which one, for which item (media position, starting at 1), and a sentence that
 * helps to fix it.
 */
export type RuleFault = {
  rule: string
  field: 'text' | 'link' | 'media' | 'kind' | 'settings'
  setting?: string
  item?: number
  words: string
}

export type MediaToSend = MediaFacts & {
  /** A public URL that only this attempt uses. */
  url: string
  /** Opens the bytes from `start` to `end`, inclusive. */
  open(range?: { start: number; end: number }): Readable
}

/** The input of a publishing step. */
export type Publication = {
  account: Account
  kind: string
  text: string
  link: string | null
  settings: JsonRecord
  media: MediaToSend[]
  /**
   * Handles so far (container id, video id, publish id …), exactly as last passed to `save`. Empty
   * at first.
   */
  handles: JsonRecord
  /**
   * Writes the handles to the database. Call it right after every handle that the platform returns.
   */
  save(handles: JsonRecord): Promise<void>
  /** Encrypts a secret that must be stored between steps (TikTok's upload URL). */
  seal(secret: string): string
  open(sealed: string): string
  /**
   * `send` calls this right before its one irreversible call, and nowhere else. It records the
   * time. It throws if the claim's lease has expired (the process was suspended); then the call
   * must not be made.
   */
  leaving(): void
  /**
   * Counts a call that the platform accepts only a limited number of times per account. Throws
   * PlatformError of kind `rate_limited` if the number is used up; then the call must not be made.
   */
  takeTurn(turn: Turn): Promise<void>
  /** Epoch milliseconds. */
  now(): number
  signal: AbortSignal
}

/** At most `most` calls of `name` in any `perMs`. `words` explains the limit to the person. */
export type Turn = { name: string; most: number; perMs: number; words: string }

/**
 * The steps of publishing. `prepare`, `check` and `reconcile` can be repeated at any time. `send`
 * is called once per attempt and makes exactly one irreversible call. For platform errors, every
 * step throws PlatformError and nothing else.
 */
export type Publisher = {
  /**
   * Does everything that can be done in advance. `againInMs`: not ready, call again after this
   * time.
   */
  prepare(publication: Publication): Promise<Prepared>
  /** The one irreversible call. If it throws `unknown_outcome`, it may have happened. */
  send(publication: Publication): Promise<Sent>
  /** The state of a post that the platform is still processing. */
  check(publication: Publication): Promise<Checked>
  /**
   * How long processing may take if a person has to act at the platform. Null or absent: hours.
   */
  processesForMs?(settings: JsonRecord): number | null
  /** Read-only: whether an attempt with an unknown outcome took effect. */
  reconcile(publication: Publication, attempt: AttemptToReconcile): Promise<Reconciled>
  /**
   * The URL of a published post, for the receipt, and its id if the platform provides it later
   * (TikTok). `final: false`: worth asking again later.
   */
  findPermalink(publication: Publication, platformPostId: string | null): Promise<FoundPermalink>
  /** Writes the first comment on a published post. Absent if the platform has no comments. */
  comment?: Commenter
}

/** What a first comment needs besides its publication. */
export type CommentWanted = {
  text: string
  platformPostId: string
  /** How many times this comment has been claimed, including this time. */
  number: number
  /** When the post was published, in epoch milliseconds. Older comments can't be ours. */
  sinceMs: number
}

/** For platform errors, throws PlatformError and nothing else. */
export type Commenter = {
  /** One irreversible call. If it throws `unknown_outcome`, the comment may exist. */
  send(publication: Publication, wanted: CommentWanted): Promise<{ commentId: string }>
  /** Read-only: whether the post has a comment by the account with this text. */
  find(publication: Publication, wanted: CommentWanted): Promise<CommentLook>
}

export type CommentLook =
  | { outcome: 'found'; commentId: string; proof: string }
  | { outcome: 'absent'; proof: string }

export type FoundPermalink = {
  permalink: string | null
  platformPostId: string | null
  final: boolean
}
export type Prepared = { ready: true } | { ready: false; againInMs: number; waitingFor: string }
export type Sent =
  | { state: 'published'; platformPostId: string | null; confirmedBy: string }
  | { state: 'processing'; waitingFor: string }
export type Checked =
  /** `inInbox`: it is a draft in the creator's inbox, who has to finish it at the platform. */
  | { state: 'processing'; againInMs: number; waitingFor: string; inInbox?: true }
  | { state: 'published'; platformPostId: string | null; confirmedBy: string }
  | { state: 'failed'; problem: Problem }
  /** The platform saved it as a draft in the creator's inbox: not published. */
  | { state: 'draft'; words: string }
export type AttemptToReconcile = {
  /** When the call was sent, in epoch milliseconds. */
  sentAtMs: number
  /** Platform post ids of this channel that already belong to this or other targets. */
  boundIds: string[]
  /**
   * Whether anyone fetched one of the attempt's own media URLs, according to our access log. Null
   * if it had none.
   */
  mediaFetched: boolean | null
  /**
   * The platform's answer to the send, if there was one. Its code may explain why a post is absent.
   */
  answer?: Problem | null
}
export type Reconciled =
  | { outcome: 'found'; platformPostId: string | null; proof: string }
  /** The platform shows that it is still processing this attempt: continue with `check`. */
  | { outcome: 'processing'; proof: string }
  /**
   * Not found this time. The caller decides after how many tries to stop. `certain` if the platform
   * itself proves it.
   */
  | { outcome: 'absent'; certain: boolean; proof: string }
  | { outcome: 'unclear'; proof: string }
  | { outcome: 'refused'; problem: Problem }
