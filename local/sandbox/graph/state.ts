import type { CallbackRecord } from './callback-record.ts'

/** Meta's state. Times ending in AtMs are in sandbox time unless the name contains "real". */
export type MetaState = {
  /** Increases with each new id and token. */
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
  /** Stories of Pages, by the number that Meta calls `post_id`. */
  stories: Record<string, PageStory>
  /** Final numbers of older posts, by id. Those of other posts are computed from their ids. */
  audiences: Record<string, Audience>
  /** The app's responses to deauthorize and deletion callbacks. */
  callbacks: CallbackRecord[]
}

export type Person = {
  id: string
  name: string
  /**
   * What the person granted to the app. Null before the first login and after the app was removed.
   */
  grant: Grant | null
  /** Why previously issued tokens no longer work (190 with this subcode). */
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

export const allTasks = [
  'ADVERTISE',
  'ANALYZE',
  'CREATE_CONTENT',
  'MESSAGING',
  'MODERATE',
  'MANAGE',
] as const

export type Page = {
  id: string
  name: string
  username: string | null
  category: string
  instagramId: string | null
  /** Each person's tasks on this Page. */
  roles: Record<string, string[]>
  /** People who lost their role: their tokens for this Page fail with 190/492. */
  lostRoles: string[]
  /**
   * The portfolio through which people manage the Page, so /me/accounts omits it (fact sheet 1.8).
   * Null if they have roles on the Page itself.
   */
  business: { id: string; name: string; relation: 'owned' | 'client' } | null
  followers: number
  /** True for few followers: Meta refuses some metrics of the Page's posts with code 200. */
  isSmall: boolean
  /** The Page's address. Only a Page with an address can be a post's location. */
  location?: PageLocation | null
}

type PageLocation = {
  city: string
  country: string
  street?: string
  latitude: number
  longitude: number
}

export type InstagramAccount = {
  id: string
  username: string
  name: string
  biography: string
  followers: number
  follows: number
  /** Checkpointed or restricted: publishing fails with 25/2207050. */
  restricted: boolean
}

type LoginCode = {
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
  /** Null for never. */
  expiresAtMs: number | null
  longLived: boolean
  /** Page tokens derived from this user token, by Page. */
  pageTokens: Record<string, string>
}

/** The call that did something irreversible, in real time. */
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
  /** Set later by an edit. */
  isAiGenerated?: boolean
}

export type Video = {
  id: string
  pageId: string
  kind: 'video' | 'reel' | 'story'
  isAiGenerated?: boolean
  /** The Page whose address is the reel's location. */
  placeId?: string | null
  /** Null for a frame that Facebook chose. */
  coverSha256?: string | null
  /** Pages that were invited to a reel. */
  collaborators?: VideoCollaborator[]
  title: string
  description: string
  createdAtMs: number
  sessionId: string | null
  /** Chunked upload: announced and received bytes. */
  announcedBytes: number | null
  receivedBytes: number
  sha256: string | null
  uploadError: VideoError | null
  /** Set once processing was requested. */
  processing: { beganAtMs: number; readyAtMs: number; error: VideoError | null } | null
  commit: Commit | null
  publishedAtMs: number | null
  /** Without the Page id. */
  postId: string | null
}

export type VideoCollaborator = {
  id: string
  pageId: string
  atMs: number
  state: 'Accepted' | 'Declined' | 'Pending'
}

export type VideoError = { code: number; message: string }

export type ContainerType = 'IMAGE' | 'VIDEO' | 'REELS' | 'STORIES' | 'CAROUSEL'

/** A tagged person's position in a picture, from the top left. Null in a video. */
export type UserTag = { username: string; x: number | null; y: number | null }

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
  userTags?: UserTag[]
  locationId?: string | null
  isAiGenerated?: boolean
  resumable: boolean
  receivedBytes: number
  createdAtMs: number
  sha256: string | null
  coverSha256: string | null
  /** Null while the file hasn't arrived. */
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
  /** True for items of a carousel, which are in no list. */
  isChild: boolean
  shareToFeed: boolean
  isAiGenerated?: boolean
  commentsOn: boolean
  createdAtMs: number
}

/** A post's final numbers. */
export type Audience = {
  views: number
  likes: number
  comments: number
  saved: number
  shares: number
}

export type Comment = {
  id: string
  objectId: string
  fromId: string
  message: string
  createdAtMs: number
  /** Instagram only. */
  hidden?: boolean
}

export type PageStory = {
  id: string
  pageId: string
  mediaType: 'photo' | 'video'
  mediaId: string
  sha256: string
  createdAtMs: number
}

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
  stories: {},
  audiences: {},
  callbacks: [],
})
