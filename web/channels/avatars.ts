import { saveAvatar } from '../../db/channels/avatars.ts'
import { fetchAvatar } from '../../platforms/avatar.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { WebDeps } from '../http/env.ts'

export type NewAvatar = { channelId: string; url: string | null }

/**
 * The person who connects waits for this page. Pictures that take longer are loaded later, with the
 * account's first numbers.
 */
const deadlineMs = 4_000

/**
 * promise: D1, D2: copies the profile pictures of newly connected accounts, so that no page loads
 * them from the platform.
 */
export const fetchAvatars = async (
  deps: Pick<WebDeps, 'sql' | 'log' | 'now'>,
  accounts: NewAvatar[],
): Promise<void> => {
  const signal = AbortSignal.timeout(deadlineMs)
  await Promise.all(
    accounts.map(async ({ channelId, url }) => {
      if (url === null) return
      try {
        await saveAvatar(deps.sql, channelId, await fetchAvatar(url, signal), new Date(deps.now()))
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error
        deps.log.info(
          { channel: channelId, code: error.problem.code },
          'could not load a profile picture',
        )
      }
    }),
  )
}

/** An SVG with the first letter of the name, for accounts without a picture. */
export const placeholder = (name: string): string => {
  const letter =
    [...name.trim().toUpperCase()].find((character) => /[\p{L}\p{N}]/u.test(character)) ?? '·'
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#8a8178"/>' +
    `<text x="20" y="27" font-family="system-ui, sans-serif" font-size="19" font-weight="600" text-anchor="middle" fill="#fff">${letter}</text></svg>`
  )
}
