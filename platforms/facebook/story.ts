import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { recordsAt, succeeded, textAt } from '../graph/json.ts'
import type { JsonRecord } from '../json.ts'
import type {
  AttemptToReconcile,
  FoundPermalink,
  Publication,
  Reconciled,
  Sent,
} from '../platform.ts'
import { notPrepared, pageToken, unclearAnswer } from './page.ts'
import { photosOf } from './publish-post.ts'
import { readUpload } from './upload.ts'

/**
 * Stories appear only in their own list. Each entry there contains the id of its photo or video.
 */
const fields = 'post_id,status,creation_time,media_type,media_id,url'
const clockSlackMs = 60_000
const mostPages = 4
/** How late a story may appear in the list. */
const listLagMs = 3 * 60_000

/**
 * Publishes an unpublished photo as a story in one call. The story is published when the call
 * returns.
 */
export const sendPhotoStory = async (graph: Graph, publication: Publication): Promise<Sent> => {
  const { ids } = photosOf(publication)
  const [photoId] = ids
  if (!photoId || ids.length !== publication.media.length) throw notPrepared()
  const path = `${publication.account.id}/photo_stories`
  const body = await graph.send(path, pageToken(publication), { photo_id: photoId }, publication)
  const platformPostId = textAt(body, 'post_id')
  if (!succeeded(body) || !platformPostId) throw unclearAnswer('no_story_id')
  return {
    state: 'published',
    platformPostId,
    confirmedBy: 'Facebook returned the story’s ID.',
  }
}

/** A photo is in at most one story, so a match in the list is certain. The list may lag. */
export const reconcilePhotoStory = async (
  graph: Graph,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<Reconciled> => {
  const story = await findStory(graph, publication)
  const platformPostId = story && textAt(story, 'post_id')
  if (platformPostId)
    return {
      outcome: 'found',
      platformPostId,
      proof: 'Facebook lists a story with this photo.',
    }
  const certain = publication.now() - attempt.sentAtMs > listLagMs
  return { outcome: 'absent', certain, proof: 'Facebook lists no story with this photo.' }
}

/** Only the list has a story's URL and the post id of a video story. */
export const findStoryPermalink = async (
  graph: Graph,
  publication: Publication,
  known: string | null,
): Promise<FoundPermalink> => {
  const story = await findStory(graph, publication)
  const permalink = story && textAt(story, 'url')
  return {
    permalink,
    platformPostId: (story && textAt(story, 'post_id')) ?? known,
    final: permalink !== null,
  }
}

const findStory = async (graph: Graph, publication: Publication): Promise<JsonRecord | null> => {
  const upload = readUpload(publication.handles)
  const photos = photosOf(publication)
  const mediaIds = [...photos.ids, ...(upload ? [upload.videoId] : [])]
  const madeAtMs = Math.min(photos.sinceMs, upload?.begunAtMs ?? Number.POSITIVE_INFINITY)
  if (mediaIds.length === 0 || !Number.isFinite(madeAtMs))
    throw new PlatformError({
      kind: 'unavailable',
      code: 'not_prepared',
      words: 'There is no photo or video to look for.',
    })
  const since = String(Math.floor((madeAtMs - clockSlackMs) / 1_000))
  let after: string | null = null
  for (let page = 0; page < mostPages; page += 1) {
    const params = { fields, since, limit: '50', after }
    const path = `${publication.account.id}/stories`
    const body: JsonRecord = await graph.get(
      path,
      pageToken(publication),
      params,
      publication.signal,
    )
    const found = recordsAt(body, 'data').find((story) =>
      mediaIds.includes(textAt(story, 'media_id') ?? ''),
    )
    if (found) return found
    after = textAt(body, 'paging', 'next') ? textAt(body, 'paging', 'cursors', 'after') : null
    if (!after) break
  }
  return null
}
