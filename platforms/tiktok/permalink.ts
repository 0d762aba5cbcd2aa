import { PlatformError } from '../errors.ts'
import type { FoundPermalink, Publication } from '../platform.ts'
import { choicesOf } from './choices.ts'
import type { TiktokClient } from './client.ts'
import { readHandles } from './handles.ts'
import { fetchStatus } from './status.ts'

/**
 * Address of the post. TikTok gives the id of a public post once it is approved, minutes or hours later, and other posts never
 * get one: until then, or for good, the link leads to the creator's page. No address when the creator's handle is not known.
 */
export const findTiktokPermalink = async (
  client: TiktokClient,
  siteUrl: string,
  publication: Publication,
  knownId: string | null,
): Promise<FoundPermalink> => {
  const handles = readHandles(publication)
  const username = handles.username || textOf(publication.account.settings.username)
  const page = username ? `${siteUrl}/@${encodeURIComponent(username)}` : null
  const { postId, final } = knownId ? { postId: knownId, final: true } : await askPostId(client, publication, handles.publishId)
  const permalink = page && postId ? `${page}/${publication.kind === 'photos' ? 'photo' : 'video'}/${postId}` : page
  return { permalink, platformPostId: postId, final }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A publish id is not kept by TikTok for ever: that it is gone only means that no id comes any more. */
const askPostId = async (client: TiktokClient, publication: Publication, publishId: string | undefined) => {
  const isPublic = choicesOf(publication.settings).privacyLevel === 'PUBLIC_TO_EVERYONE'
  if (!publishId || !isPublic) return { postId: null, final: true }
  try {
    const { postId } = await fetchStatus(client, publication, publishId)
    return { postId, final: postId !== null }
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'rejected') return { postId: null, final: true }
    throw error
  }
}
