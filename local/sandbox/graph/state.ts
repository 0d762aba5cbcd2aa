/** What Meta remembers. Times ending in AtMs are sandbox time unless the name says real. */
export type MetaState = {
  /** Grows with each id and each token that is handed out. */
  counter: number
  people: Record<string, Person>
  pages: Record<string, Page>
  instagram: Record<string, InstagramAccount>
  codes: Record<string, LoginCode>
  tokens: Record<string, Token>
  photos: Record<string, Photo>
  posts: Record<string, PagePost>
  videos: Record<string, Video>
  containers: Record<string, Container>
  media: Record<string, InstagramMedia>
  comments: Record<string, Comment>
  /** What posts that were there before will have met with in the end, by id; the others follow from their ids. */
  audiences: Record<string, Audience>
  /** What the app answered to deauthorize and deletion callbacks. */
  callbacks: CallbackRecord[]
}

export type Person = {
  id: string
  name: string
  /** What the person granted the app; null before the first login and after the app was removed. */
  grant: Grant | null
  /** Why tokens that were handed out so far no longer work (190 and this subcode). */
  trouble: { subcode: number; upToSerial: number } | null
  /** When they last removed the app. */
  removedAtMs?: number
}

export type Grant = {
  scopes: string[]
  declined: string[]
  pageIds: string[]
  instagramIds: string[]
  dataAccessExpiresAtMs: number
}

export const allTasks = ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'] as const

export type Page = {
  id: string
  name: string
  username: string | null
  category: string
  instagramId: string | null
  /** Tasks of each person on this Page. */
  roles: Record<string, string[]>
  /** People who lost their role: their tokens for this Page answer 190/492. */
  lostRoles: string[]
  /** Owned by a business portfolio: /me/accounts shows it only with business_management. */
  viaBusiness: boolean
  followers: number
}

export type InstagramAccount = {
  id: string
  username: string
  name: string
  biography: string
  followers: number
  follows: number
  /** Checkpointed or restricted: publishing answers 25/2207050. */
  restricted: boolean
}

export type LoginCode = {
  code: string
  personId: string
  scopes: string[]
  redirectUri: string
  expiresAtMs: number
  used: boolean
}

export type Token = {
  token: string
  serial: number
  kind: 'user' | 'page'
  personId: string
  pageId: string | null
  scopes: string[]
  issuedAtMs: number
  /** null = never. */
  expiresAtMs: number | null
  longLived: boolean
  /** Page tokens that were derived from this user token, by Page. */
  pageTokens: Record<string, string>
}

/** Which call made something irreversible, in real time. */
export type Commit = { callId: number; realAtMs: number }

export type Photo = {
  id: string
  pageId: string
  sha256: string
  caption: string
  altText: string | null
  published: boolean
  postId: string | null
  createdAtMs: number
}

export type PagePost = {
  /** `{page}_{post}`. */
  id: string
  pageId: string
  message: string
  link: string | null
  photoIds: string[]
  videoId: string | null
  statusType: 'mobile_status_update' | 'shared_story' | 'added_photos' | 'added_video'
  published: boolean
  scheduledAtMs: number | null
  createdAtMs: number
  commit: Commit
}

export type Video = {
  id: string
  pageId: string
  kind: 'video' | 'reel'
  title: string
  description: string
  createdAtMs: number
  sessionId: string | null
  /** Chunked upload: what was announced and what has arrived. */
  announcedBytes: number | null
  receivedBytes: number
  sha256: string | null
  uploadError: VideoError | null
  /** Set once processing has been asked for. */
  processing: { beganAtMs: number; readyAtMs: number; error: VideoError | null } | null
  commit: Commit | null
  publishedAtMs: number | null
  /** Bare suffix. */
  postId: string | null
}

export type VideoError = { code: number; message: string }

export type ContainerType = 'IMAGE' | 'VIDEO' | 'REELS' | 'STORIES' | 'CAROUSEL'

export type Container = {
  id: string
  accountId: string
  type: ContainerType
  isCarouselItem: boolean
  caption: string
  altText: string | null
  children: string[]
  url: string | null
  thumbOffsetMs: number | null
  shareToFeed: boolean
  collaborators: string[]
  resumable: boolean
  receivedBytes: number
  createdAtMs: number
  sha256: string | null
  coverSha256: string | null
  /** null while bytes are awaited. */
  readyAtMs: number | null
  error: { subcode: number; detail: string } | null
  mediaIds: string[]
}

export type InstagramMedia = {
  id: string
  accountId: string
  containerId: string
  shortcode: string
  type: 'IMAGE' | 'VIDEO' | 'CAROUSEL_ALBUM'
  product: 'FEED' | 'REELS' | 'STORY'
  caption: string
  altText: string | null
  sha256s: string[]
  childIds: string[]
  /** True for the parts of a carousel: they are in no list. */
  isChild: boolean
  shareToFeed: boolean
  commentsOn: boolean
  createdAtMs: number
}

/** How many people did what, once nobody looks at the post any more. */
export type Audience = { views: number; likes: number; comments: number; saved: number; shares: number }

export type Comment = { id: string; objectId: string; fromId: string; message: string; createdAtMs: number }

export type CallbackRecord = {
  atMs: number
  kind: 'deauthorize' | 'deletion'
  personId: string
  url: string
  status: number | null
  ok: boolean
  problem: string | null
  reply: string
  /** Of a deletion: what could be read from the reply. */
  answer: DeletionAnswer | null
}

/** `page`: what a visitor of `url` was told; null when it was not opened. */
export type DeletionAnswer = { url: string; code: string; page: { title: string; text: string } | null }

export const emptyState = (): MetaState => ({
  counter: 1,
  people: {},
  pages: {},
  instagram: {},
  codes: {},
  tokens: {},
  photos: {},
  posts: {},
  videos: {},
  containers: {},
  media: {},
  comments: {},
  audiences: {},
  callbacks: [],
})
