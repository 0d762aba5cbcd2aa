import { PlatformError } from '../errors.ts'
import type { FoundPermalink, Publication } from '../platform.ts'
import { choicesOf } from './choices.ts'
import type { TiktokClient } from './client.ts'
import { readTiktokHandles } from './handles.ts'
import { fetchStatus } from './status.ts'

/**
 * The URL of a post. TikTok returns the id of a public post once it is approved, minutes or hours
 * later. Other posts never get one. Without an id, this is the URL of the creator's page. Null if
 * the creator's username is unknown.
 */
export const findTiktokPermalink = async (
  client: TiktokClient,
  siteUrl: string,
  publication: Publication,
  knownId: string | null,
): Promise<FoundPermalink> => {
  const handles = readTiktokHandles(publication)
  const username = handles.username || textOf(publication.account.settings.username)
  const page = username ? `${siteUrl}/@${encodeURIComponent(username)}` : null
  const { postId, final } = knownId
    ? { postId: knownId, final: true }
    : await askPostId(client, publication, handles.publishId)
  const permalink =
    page && postId ? `${page}/${publication.kind === 'photos' ? 'photo' : 'video'}/${postId}` : page
  return { permalink, platformPostId: postId, final }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** TikTok doesn't keep a publish id forever. If it is gone, no post id will come. */
const askPostId = async (
  client: TiktokClient,
  publication: Publication,
  publishId: string | undefined,
) => {
  const { inbox, privacyLevel } = choicesOf(publication.settings)
  // A draft's visibility is chosen in TikTok's app, so it may get an id.
  if (!publishId || !(inbox || privacyLevel === 'PUBLIC_TO_EVERYONE'))
    return { postId: null, final: true }
  try {
    const { postId } = await fetchStatus(client, publication, publishId)
    return { postId, final: postId !== null }
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'rejected')
      return { postId: null, final: true }
    throw error
  }
}
