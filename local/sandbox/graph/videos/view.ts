import { type MarkedView, view } from '../calls/view.ts'
import { graphTime } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { Video } from '../state.ts'

/**
 * A Page's video or reel (fact sheet 2.4), with a relative permalink and a post id without the Page
 * id.
 */
export const videoView = (meta: Meta, video: Video): MarkedView =>
  view({
    type: 'Video',
    id: video.id,
    defaults: ['description', 'updated_time'],
    fields: {
      status: () => statusOf(meta, video),
      published: () => video.publishedAtMs !== null,
      post_id: () => postIdOf(meta, video),
      permalink_url: () =>
        video.kind === 'reel' ? `/reel/${video.id}/` : `/${video.pageId}/videos/${video.id}/`,
      title: () => video.title || undefined,
      description: () => video.description || undefined,
      created_time: () => graphTime(video.publishedAtMs ?? video.createdAtMs),
      updated_time: () => graphTime(video.publishedAtMs ?? video.createdAtMs),
      is_ai_generated: () => video.isAiGenerated ?? false,
      length: () => lengthSec(meta, video),
      from: () => ({ name: meta.state.pages[video.pageId]?.name, id: video.pageId }),
    },
  })

/** Meta omits it for a while (fact sheet 8.9, 35). */
function postIdOf(meta: Meta, { postId, publishedAtMs }: Video): string | undefined {
  const isKnown = (publishedAtMs ?? 0) + meta.settings.videoPostIdLagMs <= meta.world.clock.now()
  return isKnown ? (postId ?? undefined) : undefined
}

function lengthSec(meta: Meta, video: Video): number | undefined {
  const facts = video.sha256 ? meta.world.media.find(video.sha256)?.facts : undefined
  return facts?.kind === 'video' ? facts.durationMs / 1000 : undefined
}

function statusOf(meta: Meta, video: Video): object {
  const isReady = video.processing !== null && video.processing.readyAtMs <= meta.world.clock.now()
  return {
    video_status: videoStatus(video, isReady),
    uploading_phase: uploadingPhase(video),
    processing_phase: processingPhase(video, isReady),
    publishing_phase: publishingPhase(video, isReady),
  }
}

function videoStatus(video: Video, isReady: boolean): string {
  if (video.uploadError) return 'upload_failed'
  if (!video.sha256) return 'uploading'
  if (!video.processing) return 'upload_complete'
  if (!isReady) return 'processing'
  return video.processing.error ? 'error' : 'ready'
}

function uploadingPhase({ uploadError, sha256, receivedBytes }: Video): object {
  if (uploadError) return { status: 'error', errors: [uploadError] }
  return sha256
    ? { status: 'complete' }
    : {
        status: receivedBytes > 0 ? 'in_progress' : 'not_started',
        bytes_transferred: receivedBytes,
      }
}

function processingPhase({ processing }: Video, isReady: boolean): object {
  if (!processing) return { status: 'not_started' }
  if (!isReady) return { status: 'in_progress' }
  const { error } = processing
  return error
    ? { status: 'error', error: { message: error.message }, errors: [error] }
    : { status: 'complete' }
}

function publishingPhase({ processing, publishedAtMs }: Video, isReady: boolean): object {
  if (publishedAtMs !== null)
    return {
      status: 'complete',
      publish_status: 'published',
      publish_time: graphTime(publishedAtMs),
    }
  return { status: isReady && !processing?.error ? 'in_progress' : 'not_started' }
}
