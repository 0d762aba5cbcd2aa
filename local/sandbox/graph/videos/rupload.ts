import { appendFile } from 'node:fs/promises'
import type { StoredMedia } from '../../media-store.ts'
import { newUploadPath } from '../../request-body.ts'
import type { GraphCall } from '../calls/call.ts'
import { requireInstagram, requirePublishing } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import { finishUpload, requireContainer } from '../instagram/container.ts'
import { type Meta, metaUserAgent } from '../meta.ts'
import { forgetPart, noteVideo, partPath } from './page-videos.ts'

type UploadErrorType = 'OffsetInvalidError' | 'PartialRequestError' | 'ProcessingFailedError'

/**
 * POST rupload.facebook.com/video-upload/{v}/{video-id}: a reel's bytes, or `file_url` for Meta to
 * fetch (fact sheet 2.5).
 */
export async function uploadReel(call: GraphCall): Promise<object> {
  const { meta, c } = call
  const id = c.req.param('id') ?? ''
  const video = meta.state.videos[id]
  if (!video) throw refuse.missingObject(id, 'post')
  requirePublishing(meta, call.caller, video.pageId)
  if (video.sha256)
    return uploadError(call, 'ProcessingFailedError', 'The video has been uploaded already.')
  const received = await receive(call, video)
  if (received instanceof Response) return received
  video.sha256 = received.sha256
  video.receivedBytes = received.sizeBytes
  noteVideo(call, video)
  return { success: true }
}

/**
 * POST rupload.facebook.com/ig-api-upload/{v}/{container-id}: the bytes of an Instagram video
 * (upload_type=resumable).
 */
export async function uploadContainer(call: GraphCall): Promise<object> {
  const { meta } = call
  const container = requireContainer(meta, call.c.req.param('id') ?? '', 'post')
  requireInstagram(meta, call.caller, container.accountId, {
    scopes: ['instagram_content_publish'],
    method: 'post',
  })
  call.ledgerCall.facts.containerId = container.id
  if (!container.resumable || container.sha256)
    return uploadError(call, 'ProcessingFailedError', 'The container expects no upload.')
  const received = await receive(call, container)
  if (received instanceof Response) return received
  finishUpload(meta, container, received)
  return { success: true, message: 'Upload successful.' }
}

async function receive(
  call: GraphCall,
  target: { id: string; receivedBytes: number },
): Promise<StoredMedia | Response> {
  const { meta, c } = call
  const url = c.req.header('file_url')
  if (url) return fetchHosted(call, url)
  const offset = Number(c.req.header('offset') ?? Number.NaN)
  const fileBytes = Number(c.req.header('file_size') ?? Number.NaN)
  const body = c.get('body')
  Object.assign(call.ledgerCall.facts, { offset, bytes: body.sizeBytes })
  if (!(fileBytes > 0))
    return uploadError(call, 'ProcessingFailedError', 'Header file_size not convertable')
  if (offset !== target.receivedBytes)
    return uploadError(
      call,
      'OffsetInvalidError',
      `Offset ${offset} is not ${target.receivedBytes}.`,
      true,
    )
  if (offset + body.sizeBytes > fileBytes)
    return uploadError(call, 'ProcessingFailedError', 'More bytes than file_size.')
  await append(meta, target, body)
  if (target.receivedBytes < fileBytes)
    return uploadError(
      call,
      'PartialRequestError',
      'Partial request (did not match length of file)',
      true,
    )
  return meta.world.media.keep(partPath(meta, target))
}

async function append(
  meta: Meta,
  target: { id: string; receivedBytes: number },
  body: { sizeBytes: number; stream(): AsyncIterable<unknown> },
) {
  // Makes sure that the upload folder exists.
  await newUploadPath(meta.world.dir)
  if (target.receivedBytes === 0) await forgetPart(meta, target)
  for await (const chunk of body.stream())
    await appendFile(partPath(meta, target), chunk as Uint8Array)
  target.receivedBytes += body.sizeBytes
}

async function fetchHosted(call: GraphCall, url: string): Promise<StoredMedia | Response> {
  const outcome = await call.meta.world.fetchMedia(url, {
    userAgent: metaUserAgent,
    maxBytes: 2_000_000_000,
    robots: true,
  })
  return outcome.ok
    ? outcome.media
    : uploadError(call, 'ProcessingFailedError', `The file could not be fetched: ${outcome.detail}`)
}

function uploadError(
  call: GraphCall,
  type: UploadErrorType,
  message: string,
  retriable = false,
): Response {
  return call.c.json({ debug_info: { retriable, type, message } }, 400)
}
