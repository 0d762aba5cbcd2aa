import type { Readable } from 'node:stream'
import type { Problem } from './errors.ts'
import type { Measurer } from './measurer.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonRecord = { [key: string]: Json }

/**
 * Everything CrateSocial knows of one platform. A new platform is one folder that exports one of these,
 * and one line in `platforms/index.ts`.
 */
export type Platform = {
  /** `facebook`: as in the database and in URLs. */
  name: string
  /** `Facebook`: as people read it. */
  label: string
  /** Two letters and a colour for the badge. */
  badge: { letters: string; colour: string }
  /** Who issues its grants: `meta` or `tiktok`; several platforms may share one. */
  issuer: string
  /** True where the issuer's end of data access ends publishing too, although the token lives on. */
  needsDataAccess?: boolean
  kinds: PostKind[]
  /** Every fault that can be known before sending; empty when the post will be taken, as far as rules go. */
  check(draft: DraftForChannel): RuleFault[]
  /** Fills kind and settings when a person has chosen nothing yet: what the media and text suggest. */
  suggestKind(draft: Pick<DraftForChannel, 'text' | 'link' | 'media'>): string
  /** The settings from the composer's form fields, or faults naming the field. Unknown fields are ignored. */
  readSettings(kind: string, fields: Record<string, string>): JsonRecord
  /** Name of the Eta partial, relative to `platforms/`, with the platform's own fields; absent when it has none. */
  fieldsView?: string
  /** What the composer must ask the platform before it shows the fields (TikTok: creator_info); shown data only. */
  describeAccount?(account: Account): Promise<JsonRecord>
  /** The id of a post in what a person pasted: the id itself, or the post's address. Null when the address does not hold it. */
  postIdIn(pasted: string, accountId: string): string | null
  publish: Publisher
  measure: Measurer
}

export type PostKind = {
  /** `photos` */
  name: string
  /** `Photos` */
  label: string
  /** How long before its time preparing may start, in milliseconds. */
  prepareAheadMs: number
  /** Upper limit of text in the platform's own counting; used for the counter. */
  textLimit: number
  /** How the composer draws it: words above or below the pictures (below unless said), or a picture that fills the screen. */
  frame?: 'words-first' | 'picture-first' | 'full-screen'
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
  altText: string
}

export type DraftForChannel = {
  kind: string
  text: string
  link: string | null
  media: MediaFacts[]
  settings: JsonRecord
  /** What `describeAccount` said last, when it was asked. */
  accountFacts: JsonRecord | null
}

/** One broken rule: which, on which item (1-based media position), and a sentence that helps. */
export type RuleFault = {
  rule: string
  field: 'text' | 'link' | 'media' | 'kind' | 'settings'
  setting?: string
  item?: number
  words: string
}

/** An account as its platform knows it, with tokens unsealed: lives only inside the activity or callback that uses it. */
export type Account = {
  /** Page id, Instagram professional account id, TikTok open id. */
  id: string
  /** What connecting stored beside it (for example TikTok's username, the Page behind an Instagram account). */
  settings: JsonRecord
  /** Token of the grant: Meta's long-lived user token, TikTok's access token. */
  grantToken: string
  /** Token of the account itself where there is one: a Page token. */
  accountToken: string | null
}

export type MediaToSend = MediaFacts & {
  /** Public URL, this attempt's own. */
  url: string
  /** Opens the bytes, from `start` to `end` inclusive. */
  open(range?: { start: number; end: number }): Readable
}

/** What one publishing step works on. */
export type Publication = {
  account: Account
  kind: string
  text: string
  link: string | null
  settings: JsonRecord
  media: MediaToSend[]
  /** Handles made so far (container id, video id, publish id …), exactly as last given to `save`. Empty at first. */
  handles: JsonRecord
  /** Writes the handles to the database before anything else happens; call it after every handle the platform gives. */
  save(handles: JsonRecord): Promise<void>
  /** Seals a secret that must be kept between steps (TikTok's upload URL), and opens it again. */
  seal(secret: string): string
  open(sealed: string): string
  /**
   * `send` calls this right before its one irreversible call, and nowhere else: it throws when the claim's lease is over
   * (the process slept since), and then the call must not be made. It notes the moment of leaving.
   */
  leaving(): void
  /**
   * Counts one call of a kind that the platform takes only so often from an account. Throws PlatformError of kind `rate_limited`
   * when its number is used up: then the call must not be made.
   */
  takeTurn(turn: Turn): Promise<void>
  /** Epoch milliseconds. */
  now(): number
  signal: AbortSignal
}

/** `most` calls called `name` in any `perMs`; `words` say so to the person. */
export type Turn = { name: string; most: number; perMs: number; words: string }

/**
 * The five steps of publishing. `prepare`, `check` and `reconcile` may be repeated at any time; `send` is called once per attempt
 * and makes exactly one irreversible call. Every step throws PlatformError, and only that, for what the platform does.
 */
export type Publisher = {
  /** Does everything that can be done ahead. `againInMs`: not ready, ask again then. */
  prepare(publication: Publication): Promise<Prepared>
  /** The one irreversible call. A throw of kind `unknown_outcome` means: it may have happened. */
  send(publication: Publication): Promise<Sent>
  /** What became of a send that the platform is still processing. */
  check(publication: Publication): Promise<Checked>
  /** Read-only: did the attempt, whose outcome is unknown, take effect? */
  reconcile(publication: Publication, attempt: AttemptToReconcile): Promise<Reconciled>
  /**
   * Address of a published post, for the receipt; and its id, where the platform gives it only later (TikTok).
   * `final: false`: worth asking again later.
   */
  findPermalink(publication: Publication, platformPostId: string | null): Promise<FoundPermalink>
}

export type FoundPermalink = { permalink: string | null; platformPostId: string | null; final: boolean }
export type Prepared = { ready: true } | { ready: false; againInMs: number; waitingFor: string }
export type Sent =
  | { state: 'published'; platformPostId: string | null; confirmedBy: string }
  | { state: 'processing'; waitingFor: string }
export type Checked =
  | { state: 'processing'; againInMs: number; waitingFor: string }
  | { state: 'published'; platformPostId: string | null; confirmedBy: string }
  | { state: 'failed'; problem: Problem }
  /** The platform left it as a draft in the creator's inbox: not published. */
  | { state: 'draft'; words: string }
export type AttemptToReconcile = {
  /** When the call left, epoch milliseconds. */
  sentAtMs: number
  /** Platform post ids of this channel that are bound already, to this or other targets. */
  boundIds: string[]
  /** Whether anybody fetched one of the attempt's own media URLs, from our access log; null when the attempt had none. */
  mediaFetched: boolean | null
  /** What the platform said to the send, when it said something: its code may tell what an absent post means. */
  answer?: Problem | null
}
export type Reconciled =
  | { outcome: 'found'; platformPostId: string | null; proof: string }
  /** The platform shows it is still at work on this very attempt: go on with `check`. */
  | { outcome: 'processing'; proof: string }
  /** Nothing there at this look. The caller decides when enough looks have passed. `certain` when the platform itself proves it. */
  | { outcome: 'absent'; certain: boolean; proof: string }
  | { outcome: 'unclear'; proof: string }
  | { outcome: 'refused'; problem: Problem }
