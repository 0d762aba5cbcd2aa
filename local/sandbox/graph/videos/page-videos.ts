import { appendFile, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredMedia } from '../../media-store.ts'
import type { GraphCall } from '../calls/call.ts'
import { requirePublishing } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import { newId } from '../ids.ts'
import { type Meta, metaUserAgent } from '../meta.ts'
import { checkMessage, readTiming } from '../pages/feed.ts'
import type { Video } from '../state.ts'
import { beginProcessing, createVideo } from './page-video.ts'

const maxBytes = 2_000_000_000
const smallestBytes = 1_000

/** POST /{page-id}/videos: from file_url, as a file, or in chunks with upload_phase. */
export async function createPageVideo(call: GraphCall): Promise<object> {
  const { meta, parameters } = call
  const page = requirePublishing(meta, call.caller, call.c.req.param('id') ?? '')
  switch (parameters.text('upload_phase')) {
    case undefined:
      return createWhole(call, page.id)
    case 'start':
      return startChunked(call, page.id)
    case 'transfer':
      return transferChunk(call, page.id)
    case 'finish':
      return finishChunked(call, page.id)
    default:
      throw refuse.parameter('Invalid upload_phase')
  }
}

async function createWhole(call: GraphCall, pageId: string): Promise<object> {
  const { meta } = call
  const text = readText(call)
  const media = await receiveVideo(call)
  const coverSha256 = await receiveThumb(call, 'thumb')
  const received = { sha256: media.sha256, receivedBytes: media.sizeBytes, coverSha256 }
  const video = createVideo(meta, { pageId, kind: 'video', ...received, ...text })
  noteVideo(call, video)
  beginProcessing(meta, video, { callId: call.ledgerCall.id, realAtMs: call.ledgerCall.atMs })
  return { id: video.id }
}

async function receiveVideo(call: GraphCall): Promise<StoredMedia> {
  const { parameters, meta } = call
  const source = parameters.file('source')
  const url = parameters.text('file_url')
  if (!source && !url)
    throw refuse.parameter('No video file was given: file_url or source is needed.')
  const media = source ? await meta.world.media.keep(source) : await fetchVideo(meta, url ?? '')
  if (media.sizeBytes < smallestBytes)
    throw refuse.general(382, 1363022, '(#382) The video file you tried to upload is too small.')
  return media
}

/** @throws GraphRefusal 389 if the file can't be fetched from the URL */
async function fetchVideo(meta: Meta, url: string): Promise<StoredMedia> {
  const unfetchable = refuse.general(389, undefined, '(#389) Unable to fetch video file from URL.')
  if (/(^|\.)fbcdn\.net$/i.test(URL.canParse(url) ? new URL(url).hostname : '')) throw unfetchable
  const outcome = await meta.world.fetchMedia(url, {
    userAgent: metaUserAgent,
    maxBytes,
    robots: true,
  })
  if (!outcome.ok) throw unfetchable
  return outcome.media
}

function startChunked(call: GraphCall, pageId: string): object {
  const { meta, parameters } = call
  const announcedBytes = parameters.number('file_size')
  if (!announcedBytes) throw refuse.parameter('file_size is required in the start phase')
  if (announcedBytes > maxBytes)
    throw refuse.general(6000, 1363023, '(#6000) The video file is too large.')
  const video = createVideo(meta, {
    pageId,
    kind: 'video',
    announcedBytes,
    sessionId: newId(meta.state, 'video'),
  })
  noteVideo(call, video)
  return { upload_session_id: video.sessionId, video_id: video.id, ...nextOffsets(meta, video) }
}

async function transferChunk(call: GraphCall, pageId: string): Promise<object> {
  const { meta, parameters } = call
  const video = requireSession(call, pageId)
  const chunk = parameters.file('video_file_chunk')
  if (!chunk) throw refuse.parameter('video_file_chunk is required in the transfer phase')
  if (parameters.number('start_offset') !== video.receivedBytes) {
    throw refuse.general(
      6001,
      1363037,
      `(#6001) The start offset has to be ${video.receivedBytes}.`,
    )
  }
  const { size } = await stat(chunk)
  const room = (video.announcedBytes ?? 0) - video.receivedBytes
  if (size > Math.min(room, meta.settings.videoChunkBytes))
    throw refuse.general(6001, 1363019, '(#6001) The chunk is larger than was asked for.')
  if (video.receivedBytes === 0) await forgetPart(meta, video)
  await appendFile(partPath(meta, video), await readFile(chunk))
  video.receivedBytes += size
  call.ledgerCall.facts.bytes = size
  if (video.receivedBytes === video.announcedBytes)
    video.sha256 = (await meta.world.media.keep(partPath(meta, video))).sha256
  return nextOffsets(meta, video)
}

function finishChunked(call: GraphCall, pageId: string): object {
  const { meta } = call
  const video = requireSession(call, pageId)
  if (!video.sha256) throw refuse.general(6000, 1363037, '(#6000) The upload is not complete.')
  if (video.processing) throw refuse.general(6000, 1363041, '(#6000) The upload session has ended.')
  Object.assign(video, readText(call))
  beginProcessing(meta, video, { callId: call.ledgerCall.id, realAtMs: call.ledgerCall.atMs })
  return { success: true }
}

function requireSession(call: GraphCall, pageId: string): Video {
  const sessionId = call.parameters.text('upload_session_id')
  const video = Object.values(call.meta.state.videos).find(
    (video) => sessionId && video.sessionId === sessionId && video.pageId === pageId,
  )
  if (!video)
    throw refuse.general(6000, 1363041, '(#6000) The upload session is unknown or has ended.')
  noteVideo(call, video)
  return video
}

function nextOffsets(meta: Meta, video: Video): object {
  const end = Math.min(
    video.receivedBytes + meta.settings.videoChunkBytes,
    video.announcedBytes ?? 0,
  )
  return { start_offset: String(video.receivedBytes), end_offset: String(end) }
}

/** The file that collects the chunks of an unfinished upload. */
export const partPath = (meta: Meta, { id }: { id: string }): string =>
  join(meta.world.dir, 'uploads', `part-${id}`)

/**
 * Ids start again after a reset, so an unfinished upload may have left chunks under the same id.
 */
export const forgetPart = (meta: Meta, target: { id: string }): Promise<void> =>
  rm(partPath(meta, target), { force: true })

/** The cover picture of a video. Null if there is none. */
export async function receiveThumb(
  { meta, parameters }: GraphCall,
  name: string,
): Promise<string | null> {
  const path = parameters.file(name)
  if (!path) return null
  const { facts, sha256 } = await meta.world.media.keep(path)
  if (facts.kind !== 'image' || facts.broken) throw refuse.image()
  return sha256
}

function readText(call: GraphCall): Pick<Video, 'title' | 'description' | 'isAiGenerated'> {
  const { parameters } = call
  const { published } = readTiming(call)
  if (!published) throw new NotSimulated('unpublished and scheduled videos')
  const description = (parameters.text('description') ?? '').trim()
  checkMessage(description)
  const isAiGenerated = parameters.flag('is_ai_generated') ?? false
  return { title: parameters.text('title') ?? '', description, isAiGenerated }
}

export function noteVideo(call: GraphCall, video: Video): void {
  call.ledgerCall.facts.videoId = video.id
  if (video.sha256) call.ledgerCall.facts.sha256 = video.sha256
}
