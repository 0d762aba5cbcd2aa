import type { State } from './state.ts'

/** One request that a platform received. */
export type Call = {
  id: number
  /** Real time (not sandbox time) at which the request's headers arrived. */
  atMs: number
  endMs: number | null
  sandboxAtMs: number
  /** The platform, or the company for calls that concern no account. */
  platform: string
  endpoint: string
  account: string | null
  method: string
  /** Without the query, which may contain tokens. */
  path: string
  /** Null while the call is running. 0 if the connection was cut. */
  status: number | null
  /** The id of the fault rule that applied to this call. */
  fault: string | null
  facts: Record<string, string | number | boolean | null>
}

export type LedgerMedia = {
  sha256: string
  contentType: string
  sizeBytes: number
  altText: string | null
  url: string
}

/** One post that exists on a platform. */
export type LedgerPost = {
  platform: string
  account: string
  id: string
  kind: string
  text: string
  link: string | null
  media: LedgerMedia[]
  /** Real time. */
  createdAtMs: number
  /** The call that created the post. */
  callId: number
  /** When the irreversible call arrived, in real time. */
  commitCallAtMs: number
  permalink: string | null
  visibility: string
  settings: Record<string, unknown>
}

/** One comment by the account on its own post. */
export type LedgerComment = {
  platform: string
  account: string
  id: string
  /** The post's id in the ledger. */
  postId: string
  text: string
  /** Real time. */
  createdAtMs: number
  /** The call that created the comment. */
  callId: number
}

/** `copies`: how many comments with this text the post has. More than 1 means a duplicate. */
export type CountedComment = LedgerComment & { copies: number }

type CallFilter = { sinceId?: number; platform?: string; endpoint?: string; account?: string }
type PostFilter = { platform?: string; account?: string }
type CommentFilter = PostFilter & { postId?: string }

export type Ledger = {
  begin(call: Omit<Call, 'id' | 'endMs' | 'status' | 'fault'>): Call
  end(call: Call, status: number): void
  addPost(post: LedgerPost): void
  updatePost(platform: string, id: string, patch: Partial<LedgerPost>): void
  /** Merges into the stored settings of a post. */
  updateSettings(platform: string, id: string, patch: Record<string, unknown>): void
  removePost(platform: string, id: string): void
  calls(filter?: CallFilter): Call[]
  posts(filter?: PostFilter): LedgerPost[]
  addComment(comment: LedgerComment): void
  removeComment(platform: string, id: string): void
  comments(filter?: CommentFilter): CountedComment[]
  /** Records a token, code or upload secret that is being issued, and returns it. */
  handOut(secret: string): string
  /** Every secret that was issued, including expired ones. */
  secrets(): string[]
  /** Forgets the calls and the secrets. Posts are cleared with the state. */
  forgetCalls(): void
}

type LedgerMemory = { nextCallId: number; posts: LedgerPost[]; comments: LedgerComment[] }

const keptCalls = 20_000

/** Posts survive a restart. Secrets and the last 20,000 calls are kept only in memory. */
export function createLedger(state: State): Ledger {
  const memory = state.section<LedgerMemory>('ledger', () => ({
    nextCallId: 1,
    posts: [],
    comments: [],
  }))
  let calls: Call[] = []
  let secrets: string[] = []
  return {
    begin(begun) {
      const call: Call = {
        ...begun,
        id: memory.nextCallId++,
        endMs: null,
        status: null,
        fault: null,
      }
      calls.push(call)
      if (calls.length > keptCalls * 1.1) calls = calls.slice(-keptCalls)
      return call
    },
    end(call, status) {
      call.status = status
      call.endMs = Date.now()
    },
    addPost(post) {
      memory.posts.push(post)
      state.changed()
    },
    updatePost(platform, id, patch) {
      const post = memory.posts.find((post) => post.platform === platform && post.id === id)
      if (post) Object.assign(post, patch)
      state.changed()
    },
    updateSettings(platform, id, patch) {
      const post = memory.posts.find((post) => post.platform === platform && post.id === id)
      if (post) post.settings = { ...post.settings, ...patch }
      state.changed()
    },
    removePost(platform, id) {
      memory.posts = memory.posts.filter((post) => post.platform !== platform || post.id !== id)
      memory.comments = memory.comments.filter(
        (one) => one.platform !== platform || one.postId !== id,
      )
      state.changed()
    },
    addComment(comment) {
      memory.comments.push(comment)
      state.changed()
    },
    removeComment(platform, id) {
      memory.comments = memory.comments.filter((one) => one.platform !== platform || one.id !== id)
      state.changed()
    },
    comments: (filter = {}) => {
      const isSame = (a: LedgerComment, b: LedgerComment) =>
        a.platform === b.platform && a.postId === b.postId && a.text === b.text
      return memory.comments
        .filter((one) =>
          Object.entries(filter).every(
            ([name, value]) => one[name as keyof CommentFilter] === value,
          ),
        )
        .map((one) => ({
          ...one,
          copies: memory.comments.filter((other) => isSame(one, other)).length,
        }))
    },
    calls: (filter = {}) => calls.filter((call) => matchesCall(call, filter)),
    forgetCalls() {
      calls = []
      secrets = []
    },
    handOut(secret) {
      secrets.push(secret)
      return secret
    },
    secrets: () => secrets,
    posts: (filter = {}) =>
      memory.posts.filter(
        (post) =>
          (filter.platform ?? post.platform) === post.platform &&
          (filter.account ?? post.account) === post.account,
      ),
  }
}

function matchesCall(call: Call, filter: CallFilter): boolean {
  return (
    call.id > (filter.sinceId ?? 0) &&
    (filter.platform ?? call.platform) === call.platform &&
    (filter.endpoint ?? call.endpoint) === call.endpoint &&
    (filter.account === undefined || filter.account === call.account)
  )
}
