import type { HttpBindings } from '@hono/node-server'
import type { Clock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { FetchMedia } from './fetch-media.ts'
import type { Call, Ledger } from './ledger.ts'
import type { MediaStore } from './media-store.ts'
import type { RequestBody } from './request-body.ts'
import type { Settings } from './settings.ts'
import type { State } from './state.ts'

/** The path prefix of a simulated host. Its platform says which there are. */
export type HostPrefix = `/${string}`

/** What every part of the sandbox receives. */
export type World = {
  clock: Clock
  ledger: Ledger
  faults: Faults
  settings: Settings
  state: State
  media: MediaStore
  fetchMedia: FetchMedia
  /** Path on the public port of the sandbox's copy of a file, for use in pages. */
  mediaUrl(sha256: string): string
  /** The public URL of a simulated host, without a trailing slash. */
  baseUrl(prefix: HostPrefix): string
  /** Folder for media and uploads. */
  dir: string
}

/** Hono types of the sandbox. `body` and `call` exist only inside `endpoint(...)`. */
export type SandboxEnv = { Bindings: HttpBindings; Variables: { body: RequestBody; call: Call } }
