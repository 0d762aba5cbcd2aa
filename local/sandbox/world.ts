import type { HttpBindings } from '@hono/node-server'
import type { Clock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { FetchMedia } from './fetch-media.ts'
import type { Call, Ledger } from './ledger.ts'
import type { MediaStore } from './media-store.ts'
import type { RequestBody } from './request-body.ts'
import type { Settings } from './settings.ts'
import type { State } from './state.ts'

/** The path prefix that stands for each real host. */
export type HostPrefix =
  | '/graph'
  | '/graph-video'
  | '/rupload'
  | '/facebook'
  | '/instagram'
  | '/tiktok'
  | '/tiktok-api'
  | '/tiktok-upload'

/** Everything that every part of the sandbox is handed. */
export type World = {
  clock: Clock
  ledger: Ledger
  faults: Faults
  settings: Settings
  state: State
  media: MediaStore
  fetchMedia: FetchMedia
  /** The sandbox's own copy of some bytes, as a path of the public port: fit for pages. */
  mediaUrl(sha256: string): string
  /** The public address that stands for a host, without a slash at the end. */
  baseUrl(prefix: HostPrefix): string
  /** Folder for media and uploads. */
  dir: string
}

/** Hono's types inside the sandbox: `body` and `call` are there within `endpoint(...)`. */
export type SandboxEnv = { Bindings: HttpBindings; Variables: { body: RequestBody; call: Call } }
