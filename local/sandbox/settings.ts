import { type MetaSettings, metaSettings } from './graph/settings.ts'
import { type TikTokSettings, tiktokSettings } from './tiktok/settings.ts'

/** Numbers and switches of the platforms in one flat record, changeable over the control port. Times in milliseconds. */
export type Settings = CoreSettings & MetaSettings & TikTokSettings

/** quick: for demonstrations and tests. real: what the platforms take. */
export type Pace = 'quick' | 'real'

export type CoreSettings = {
  /** Platforms refuse media on private addresses; one machine has no others, so the sandbox allows them unless told otherwise. */
  allowPrivateHosts: boolean
  /** How long a platform waits for a media server, until the last byte. */
  fetchTimeoutMs: number
  /** The longest time a lost answer is held before the connection is cut. */
  holdAnswerMs: number
  /** Stands twice in every token, code and upload secret that is handed out from now on: a search finds where they went. */
  tokenMark: string
}

export function defaultSettings(pace: Pace): Settings {
  return {
    allowPrivateHosts: true,
    fetchTimeoutMs: 60_000,
    holdAnswerMs: 60_000,
    tokenMark: '',
    ...metaSettings(pace),
    ...tiktokSettings(pace),
  }
}

/** Takes over the keys of `patch`. @throws when a key is unknown or its value of another type; then nothing is changed. */
export function patchSettings(settings: Settings, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    if (!(key in settings)) throw new Error(`There is no setting ${key}.`)
    const current = (settings as Record<string, unknown>)[key]
    if (current !== null && value !== null && typeof current !== typeof value) {
      throw new Error(`The setting ${key} is a ${typeof current}, not a ${typeof value}.`)
    }
  }
  Object.assign(settings, patch)
}
