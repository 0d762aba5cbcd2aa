import { fieldsOf } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requirePublishing, requireScopes } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import { show } from '../calls/view.ts'
import type { Meta } from '../meta.ts'
import { checkMessage } from '../pages/feed.ts'
import type { Video } from '../state.ts'
import { beginProcessing, createVideo } from './page-video.ts'
import { noteVideo } from './page-videos.ts'
import { videoView } from './view.ts'

const dayMs = 86_400_000

/** POST /{page-id}/video_reels: start, upload to the upload host, then finish (fact sheet 2.5). */
export function createReel(call: GraphCall): object {
  const page = requirePublishing(call.meta, call.caller, call.c.req.param('id') ?? '')
  switch (call.parameters.text('upload_phase')) {
    case 'start':
      return startReel(call, page.id)
    case 'finish':
      return finishReel(call, page.id)
    default:
      throw refuse.parameter('upload_phase has to be start or finish')
  }
}

function startReel(call: GraphCall, pageId: string): object {
  const video = createVideo(call.meta, { pageId, kind: 'reel' })
  noteVideo(call, video)
  return {
    video_id: video.id,
    upload_url: `${call.meta.world.baseUrl('/rupload')}/video-upload/${call.version}/${video.id}`,
  }
}

/** The response is only an acknowledgment. The reel's `status` shows if it is published. */
function finishReel(call: GraphCall, pageId: string): object {
  const { meta, parameters } = call
  const id = parameters.text('video_id') ?? ''
  const video = meta.state.videos[id]
  if (video?.pageId !== pageId || video.kind !== 'reel') throw refuse.missingObject(id, 'post')
  noteVideo(call, video)
  const wanted = parameters.text('video_state') ?? 'PUBLISHED'
  if (wanted === 'DRAFT' || wanted === 'SCHEDULED') throw new NotSimulated(`video_state ${wanted}`)
  if (wanted !== 'PUBLISHED')
    throw refuse.parameter('video_state has to be DRAFT, SCHEDULED or PUBLISHED')
  if (!video.sha256)
    throw refuse.general(
      6000,
      1363037,
      '(#6000) There was a problem uploading your video file: it is not complete.',
    )
  if (video.processing) throw refuse.general(6000, 1363041, '(#6000) The upload session has ended.')
  if (reelsOfToday(meta, pageId) >= meta.settings.reelsPerDay) {
    throw refuse.general(341, undefined, '(#341) Feed action request limit reached')
  }
  const description = (parameters.text('description') ?? '').trim()
  checkMessage(description)
  Object.assign(video, { title: parameters.text('title') ?? '', description, ...readExtras(call) })
  beginProcessing(meta, video, { callId: call.ledgerCall.id, realAtMs: call.ledgerCall.atMs })
  return { success: true }
}

/** Options of a reel besides its text (fact sheet 2.5). */
function readExtras({ meta, parameters }: GraphCall): Pick<Video, 'isAiGenerated' | 'placeId'> {
  const placeId = parameters.text('place') ?? null
  if (placeId !== null && !meta.state.pages[placeId]?.location)
    throw refuse.parameter('The place has to be a Page with a location.')
  return { isAiGenerated: parameters.flag('is_ai_generated') ?? false, placeId }
}

function reelsOfToday(meta: Meta, pageId: string): number {
  const since = meta.world.clock.now() - dayMs
  return Object.values(meta.state.videos).filter(
    (video) =>
      video.pageId === pageId &&
      video.kind === 'reel' &&
      (video.processing?.beganAtMs ?? 0) > since,
  ).length
}

/** GET /{video-id}. */
export function readVideo(call: GraphCall): object {
  return show(videoView(call.meta, requireVideo(call, 'get')), fieldsOf(call))
}

/** DELETE /{video-id}: deletes the video and its post. */
export function deleteVideo(call: GraphCall): object {
  const { meta } = call
  const video = requireVideo(call, 'delete')
  requirePublishing(meta, call.caller, video.pageId)
  const postId = `${video.pageId}_${video.postId}`
  delete meta.state.posts[postId]
  delete meta.state.videos[video.id]
  meta.world.ledger.removePost('facebook', postId)
  return { success: true }
}

function requireVideo(call: GraphCall, method: string): Video {
  const id = call.c.req.param('id') ?? ''
  const video = call.meta.state.videos[id]
  if (!video) throw refuse.missingObject(id, method)
  requireScopes(requirePageAccess(call.meta, call.caller, video.pageId, method).caller, [
    'pages_read_engagement',
  ])
  return video
}
