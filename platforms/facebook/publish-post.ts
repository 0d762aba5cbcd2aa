import { buffer } from 'node:stream/consumers'
import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { numberAt, recordAt, textAt } from '../graph/json.ts'
import { uploadTimeoutMs } from '../graph/rupload.ts'
import type { MediaToSend, Prepared, Publication, Sent } from '../platform.ts'
import { notPrepared, pageToken, unclearAnswer } from './page.ts'

/** Meta deletes unpublished photos after about 24 hours. Younger ones are reused. */
const photoKeepMs = 20 * 3_600_000

/**
 * Uploads the photos unpublished. It sends their bytes, which works from any server, needs no
 * robots.txt and is done when the call returns, unlike a URL that Facebook fetches. Each id is
 * saved before the next photo, so a retry continues where it stopped.
 */
export const preparePost = async (graph: Graph, publication: Publication): Promise<Prepared> => {
  const oldestMs = publication.now() - photoKeepMs
  let photos = recordAt(publication.handles, 'photos')
  for (const media of publication.media) {
    if ((numberAt(photos, media.id, 'atMs') ?? 0) > oldestMs) continue
    const id = await uploadPhoto(graph, publication, media)
    photos = { ...photos, [media.id]: { id, atMs: publication.now() } }
    await publication.save({ ...publication.handles, photos })
  }
  return { ready: true }
}

/** Publishes text, link and photos in one call to `/feed`. Attaches photos in the post's order. */
export const sendPost = async (graph: Graph, publication: Publication): Promise<Sent> => {
  const { account, text, link, handles, media } = publication
  const attached = media.map((item) => textAt(handles, 'photos', item.id, 'id'))
  if (attached.includes(null)) throw notPrepared()
  const photos = attached.map((id, index) => [
    `attached_media[${index}]`,
    JSON.stringify({ media_fbid: id }),
  ])
  const params = { message: text || null, link, ...Object.fromEntries(photos) }
  const body = await graph.send(`${account.id}/feed`, pageToken(publication), params, publication)
  const platformPostId = textAt(body, 'id')
  if (!platformPostId) throw unclearAnswer('no_post_id')
  return {
    state: 'published',
    platformPostId,
    confirmedBy: 'Facebook returned the post’s ID.',
  }
}

/**
 * The photos uploaded for this post: their ids, and when the first was uploaded, in epoch
 * milliseconds.
 */
export const photosOf = ({ handles, media }: Publication): { ids: string[]; sinceMs: number } => {
  const photos = media.map((item) => recordAt(handles, 'photos', item.id))
  const ids = photos.map((photo) => textAt(photo, 'id')).filter((id) => id !== null)
  return {
    ids,
    sinceMs: Math.min(
      ...photos.map((photo) => numberAt(photo, 'atMs') ?? Number.POSITIVE_INFINITY),
    ),
  }
}

const uploadPhoto = async (
  graph: Graph,
  publication: Publication,
  media: MediaToSend,
): Promise<string> => {
  const bytes = new Blob([new Uint8Array(await buffer(media.open()))], { type: media.contentType })
  const { body } = await graph.request({
    method: 'POST',
    path: `${publication.account.id}/photos`,
    token: pageToken(publication),
    params: { published: 'false', alt_text_custom: media.altText || null },
    file: { field: 'source', name: 'photo', bytes },
    effect: 'repeatable',
    timeoutMs: uploadTimeoutMs(media.sizeBytes),
    signal: publication.signal,
  })
  const id = textAt(body, 'id')
  if (!id)
    throw new PlatformError({
      kind: 'unavailable',
      code: 'no_photo_id',
      words: 'Facebook didn’t return an ID for a photo.',
    })
  return id
}
