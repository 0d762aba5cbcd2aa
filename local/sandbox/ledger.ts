import type { State } from './state.ts'

export type LedgerPlatform = 'facebook' | 'instagram' | 'tiktok' | 'meta'

/** One request that a platform received. */
export type Call = {
  id: number
  /** Real time (not the sandbox's clock) when the head of the request arrived. */
  atMs: number
  endMs: number | null
  sandboxAtMs: number
  platform: LedgerPlatform
  endpoint: string
  account: string | null
  method: string
  /** Without the query: it may carry tokens. */
  path: string
  /** null while it runs; 0 when the connection was cut instead of answered. */
  status: number | null
  /** The id of the fault rule that met this call. */
  fault: string | null
  facts: Record<string, string | number | boolean | null>
}

export type LedgerMedia = { sha256: string; contentType: string; sizeBytes: number; altText: string | null; url: string }

/** One post that exists on a platform. */
export type LedgerPost = {
  platform: 'facebook' | 'instagram' | 'tiktok'
  account: string
  id: string
  kind: string
  text: string
  link: string | null
  media: LedgerMedia[]
  /** Real time. */
  createdAtMs: number
  /** The call that made it exist. */
  callId: number
  /** Arrival of the irreversible call, real time. */
  commitCallAtMs: number
  permalink: string | null
  visibility: string
  settings: Record<string, unknown>
}

export type CallFilter = { sinceId?: number; platform?: string; endpoint?: string; account?: string }
export type PostFilter = { platform?: string; account?: string }

export type Ledger = {
  begin(call: Omit<Call, 'id' | 'endMs' | 'status' | 'fault'>): Call
  end(call: Call, status: number): void
  addPost(post: LedgerPost): void
  updatePost(platform: string, id: string, patch: Partial<LedgerPost>): void
  removePost(platform: string, id: string): void
  calls(filter?: CallFilter): Call[]
  posts(filter?: PostFilter): LedgerPost[]
  /** Notes a token, code or upload secret on its way out, and gives it back. */
  handOut(secret: string): string
  /** Every one that was handed out, dead ones too. */
  secrets(): string[]
  /** Forgets the calls and the secrets; the posts go with the state. */
  forgetCalls(): void
}

type LedgerMemory = { nextCallId: number; posts: LedgerPost[] }

const keptCalls = 20_000

/** Posts survive a restart; secrets and calls are kept in memory, the last 20,000 calls of them. */
export function createLedger(state: State): Ledger {
  const memory = state.section<LedgerMemory>('ledger', () => ({ nextCallId: 1, posts: [] }))
  let calls: Call[] = []
  let secrets: string[] = []
  return {
    begin(begun) {
      const call: Call = { ...begun, id: memory.nextCallId++, endMs: null, status: null, fault: null }
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
    removePost(platform, id) {
      memory.posts = memory.posts.filter((post) => post.platform !== platform || post.id !== id)
      state.changed()
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
        (post) => (filter.platform ?? post.platform) === post.platform && (filter.account ?? post.account) === post.account,
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
