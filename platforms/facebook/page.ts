import { PlatformError } from '../errors.ts'
import type { MediaToSend, Publication } from '../platform.ts'

/** Every call for a Page uses the Page's own token. */
export const pageToken = ({ account }: Pick<Publication, 'account'>): string => {
  if (account.accountToken) return account.accountToken
  const words = 'The token of this Page is missing. Reconnect the Page.'
  throw new PlatformError({ kind: 'reauthorize', code: 'no_page_token', words })
}

/** The post's video. The rules have checked that there is one, so this only narrows the type. */
export const onlyVideo = ({ media }: Publication): MediaToSend => {
  const video = media.find((item) => item.kind === 'video')
  if (video) return video
  throw new PlatformError({ kind: 'rejected', code: 'no_video', words: 'The post has no video.' })
}

export const notPrepared = (): PlatformError =>
  new PlatformError({
    kind: 'unavailable',
    code: 'not_prepared',
    words: 'The post isn’t prepared yet, so nothing was sent.',
  })

/** For a response to a publishing call that contains neither an error nor the expected result. */
export const unclearAnswer = (code: string): PlatformError =>
  new PlatformError({
    kind: 'unknown_outcome',
    code,
    words: 'Meta’s answer doesn’t say whether the post was published.',
  })
