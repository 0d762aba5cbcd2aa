import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { isHidden } from '../graph/errors.ts'
import { textAt } from '../graph/json.ts'
import type { Checked, FoundPermalink, Prepared, Publication, Publisher, Sent } from '../platform.ts'
import { pageToken } from './page.ts'
import { preparePost, sendPost } from './publish-post.ts'
import { prepareReel, sendReel } from './publish-reel.ts'
import { prepareVideo, sendVideo } from './publish-video.ts'
import { reconcile } from './reconcile.ts'
import { readUpload } from './upload.ts'
import { checkVideo, fullPostId } from './video-status.ts'

type Steps = {
  prepare(graph: Graph, publication: Publication): Promise<Prepared>
  send(graph: Graph, publication: Publication): Promise<Sent>
  check(graph: Graph, publication: Publication): Promise<Checked>
}

/** The five steps on a Page. Text, link and photos are out with the answer; videos and reels are processed first. */
export const createPublisher = (graph: Graph): Publisher => ({
  prepare: (publication) => stepsOf(publication).prepare(graph, publication),
  send: (publication) => stepsOf(publication).send(graph, publication),
  check: (publication) => stepsOf(publication).check(graph, publication),
  reconcile: (publication, attempt) => reconcile(graph, publication, attempt),
  findPermalink: (publication, platformPostId) => findPermalink(graph, publication, platformPostId),
})

const stepsOf = ({ kind }: Publication): Steps => {
  if (kind === 'video') return { prepare: prepareVideo, send: sendVideo, check: checkVideo }
  if (kind === 'reel') return { prepare: prepareReel, send: sendReel, check: checkVideo }
  return { prepare: preparePost, send: sendPost, check: checkPost }
}

/** `/feed` answers when the post is out, so there is nothing to wait for; only a direct look at the Page could say more. */
const checkPost = async (): Promise<Checked> => {
  const words = 'A post of this kind is out with its answer; there is nothing to wait for.'
  throw new PlatformError({ kind: 'rejected', code: 'nothing_to_check', words })
}

/** Videos and reels are asked by their video id; both addresses may come without a host. Asked again until there is one. */
const findPermalink = async (graph: Graph, publication: Publication, known: string | null): Promise<FoundPermalink> => {
  const videoId = readUpload(publication.handles)?.videoId
  const isVideo = (publication.kind === 'video' || publication.kind === 'reel') && videoId !== undefined
  const path = isVideo ? videoId : known
  if (!path) return { permalink: null, platformPostId: null, final: true }
  try {
    const fields = isVideo ? 'permalink_url,post_id' : 'permalink_url'
    const body = await graph.get(path, pageToken(publication), { fields }, publication.signal)
    const permalink = absolute(textAt(body, 'permalink_url'), graph.settings.dialogUrl)
    const platformPostId = known ?? fullPostId(textAt(body, 'post_id'), publication.account.id)
    return { permalink, platformPostId, final: permalink !== null }
  } catch (error) {
    if (error instanceof PlatformError && isHidden(error)) return { permalink: null, platformPostId: known, final: true }
    throw error
  }
}

const absolute = (address: string | null, base: string): string | null =>
  address?.startsWith('/') ? `${base}${address}` : address
