import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { textAt } from '../graph/json.ts'
import type { Checked, Prepared, Publication, Publisher, Sent } from '../platform.ts'
import { pageToken } from './page.ts'
import { preparePost, sendPost } from './publish-post.ts'
import { prepareReel, sendReel } from './publish-reel.ts'
import { prepareVideo, sendVideo } from './publish-video.ts'
import { reconcile } from './reconcile.ts'
import { readUpload } from './upload.ts'
import { checkVideo } from './video-status.ts'

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

/** Videos and reels are asked by their video id. Facebook writes their addresses without a host. */
const findPermalink = async (graph: Graph, publication: Publication, platformPostId: string): Promise<string | null> => {
  const id = readUpload(publication.handles)?.videoId ?? platformPostId
  const isVideo = publication.kind === 'video' || publication.kind === 'reel'
  const path = isVideo ? id : platformPostId
  try {
    const body = await graph.get(path, pageToken(publication), { fields: 'permalink_url' }, publication.signal)
    return absolute(textAt(body, 'permalink_url'), graph.settings.dialogUrl)
  } catch (error) {
    if (error instanceof PlatformError && error.problem.code === '100' && error.problem.subcode === '33') return null
    throw error
  }
}

const absolute = (address: string | null, base: string): string | null =>
  address?.startsWith('/') ? `${base}${address}` : address
