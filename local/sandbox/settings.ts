import { type MetaSettings, metaSettings } from './graph/settings.ts'
import type { Pace } from './pace.ts'
import { type TikTokSettings, tiktokSettings } from './tiktok/settings.ts'

/**
 * Limits and switches of the platforms in one flat record. Can be changed over the control port.
 * Times are in milliseconds.
 */
export type Settings = CoreSettings & MetaSettings & TikTokSettings

export type CoreSettings = {
  /**
   * Platforms reject media on private addresses. On one machine there are only private ones, so the
   * sandbox allows them by default.
   */
  allowPrivateHosts: boolean
  /** How long a platform waits for the last byte from a media server. */
  fetchTimeoutMs: number
  /** The longest time that a lost response is held before the connection is cut. */
  holdAnswerMs: number
  /**
   * Appears twice in every token, code and upload secret issued from now on, so that a search can
   * find copies.
   */
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

/**
 * Applies the keys of `patch`.
 * @throws if a key is unknown or a value has another type; then nothing is changed
 */
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
