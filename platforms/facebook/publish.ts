import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { isHidden } from '../graph/errors.ts'
import { textAt } from '../graph/json.ts'
import type {
  Checked,
  FoundPermalink,
  Prepared,
  Publication,
  Publisher,
  Sent,
} from '../platform.ts'
import { createFacebookCommenter } from './comment.ts'
import { pageToken } from './page.ts'
import { preparePost, sendPost } from './publish-post.ts'
import { prepareReel, sendReel } from './publish-reel.ts'
import { prepareVideo, sendVideo } from './publish-video.ts'
import { reconcileOnFacebook } from './reconcile.ts'
import { findStoryPermalink, sendPhotoStory } from './story.ts'
import { readUpload } from './upload.ts'
import { checkVideo, fullPostId } from './video-status.ts'

type Steps = {
  prepare(graph: Graph, publication: Publication): Promise<Prepared>
  send(graph: Graph, publication: Publication): Promise<Sent>
  check(graph: Graph, publication: Publication): Promise<Checked>
}

/**
 * The publishing steps for a Page. Text, link and photo posts are published when the call returns.
 * Videos and reels are processed first.
 */
export const createFacebookPublisher = (graph: Graph): Publisher => ({
  prepare: (publication) => stepsOf(publication).prepare(graph, publication),
  send: (publication) => stepsOf(publication).send(graph, publication),
  check: (publication) => stepsOf(publication).check(graph, publication),
  reconcile: (publication, attempt) => reconcileOnFacebook(graph, publication, attempt),
  findPermalink: (publication, platformPostId) => findPermalink(graph, publication, platformPostId),
  comment: createFacebookCommenter(graph),
})

const stepsOf = ({ kind, media }: Publication): Steps => {
  const isVideoStory = kind === 'story' && media[0]?.kind === 'video'
  if (isVideoStory) return { prepare: prepareReel, send: sendReel, check: checkVideo }
  if (kind === 'story') return { prepare: preparePost, send: sendPhotoStory, check: checkPost }
  if (kind === 'video') return { prepare: prepareVideo, send: sendVideo, check: checkVideo }
  if (kind === 'reel') return { prepare: prepareReel, send: sendReel, check: checkVideo }
  return { prepare: preparePost, send: sendPost, check: checkPost }
}

/**
 * `/feed` answers once the post is published, so this is never needed. Only reconciling can find
 * out more.
 */
const checkPost = async (): Promise<Checked> => {
  const words = 'A post of this kind is out with its answer; there is nothing to wait for.'
  throw new PlatformError({ kind: 'rejected', code: 'nothing_to_check', words })
}

/**
 * Videos and reels are looked up by their video id. URLs may come without a host. `final` is false
 * until there is a URL and, for videos and reels, the post id, which Facebook may omit for a while.
 */
const findPermalink = async (
  graph: Graph,
  publication: Publication,
  known: string | null,
): Promise<FoundPermalink> => {
  if (publication.kind === 'story') return findStoryPermalink(graph, publication, known)
  const videoId = readUpload(publication.handles)?.videoId
  const isVideo =
    (publication.kind === 'video' || publication.kind === 'reel') && videoId !== undefined
  const path = isVideo ? videoId : known
  if (!path) return { permalink: null, platformPostId: null, final: true }
  try {
    const fields = isVideo ? 'permalink_url,post_id' : 'permalink_url'
    const body = await graph.get(path, pageToken(publication), { fields }, publication.signal)
    const permalink = absolute(textAt(body, 'permalink_url'), graph.settings.dialogUrl)
    const platformPostId = isFull(known)
      ? known
      : (fullPostId(textAt(body, 'post_id'), publication.account.id) ?? known)
    return {
      permalink,
      platformPostId,
      final: permalink !== null && (!isVideo || isFull(platformPostId)),
    }
  } catch (error) {
    if (error instanceof PlatformError && isHidden(error))
      return { permalink: null, platformPostId: known, final: true }
    throw error
  }
}

/** True for `{page}_{post}`, false for a video id. */
const isFull = (id: string | null): boolean => id?.includes('_') === true

const absolute = (address: string | null, base: string): string | null =>
  address?.startsWith('/') ? `${base}${address}` : address
