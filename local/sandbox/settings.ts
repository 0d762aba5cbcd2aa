/**
 * Limits and switches of the sandbox and its companies in one flat record. Can be changed over the control port.
 * Times are in milliseconds.
 */
export type Settings = CoreSettings & Record<string, unknown>

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

export const coreSettings = (): CoreSettings => ({
  allowPrivateHosts: true,
  fetchTimeoutMs: 60_000,
  holdAnswerMs: 60_000,
  tokenMark: '',
})

/**
 * Applies the keys of `patch`.
 * @throws if a key is unknown or a value has another type; then nothing is changed
 */
export function patchSettings(settings: Settings, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    if (!(key in settings)) throw new Error(`There is no setting ${key}.`)
    const current = settings[key]
    if (current !== null && value !== null && typeof current !== typeof value) {
      throw new Error(`The setting ${key} is a ${typeof current}, not a ${typeof value}.`)
    }
  }
  Object.assign(settings, patch)
}
