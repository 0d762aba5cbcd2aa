import { newId } from '../ids.ts'
import type { Meta } from '../meta.ts'
import { createPost, postSuffix } from '../pages/post.ts'
import { addStory } from '../pages/story.ts'
import type { Commit, Video } from '../state.ts'
import { videoProblem } from './rules.ts'

export function createVideo(
  meta: Meta,
  wanted: Pick<Video, 'pageId' | 'kind'> & Partial<Video>,
): Video {
  const video: Video = {
    title: '',
    description: '',
    sessionId: null,
    announcedBytes: null,
    receivedBytes: 0,
    sha256: null,
    uploadError: null,
    processing: null,
    commit: null,
    publishedAtMs: null,
    postId: null,
    ...wanted,
    id: newId(meta.state, 'video'),
    createdAtMs: meta.world.clock.now(),
  }
  meta.state.videos[video.id] = video
  return video
}

/** Starts processing an uploaded video. It is then published without another call. */
export function beginProcessing(meta: Meta, video: Video, commit: Commit): void {
  const stored = video.sha256 ? meta.world.media.find(video.sha256) : undefined
  const beganAtMs = meta.world.clock.now()
  const error = stored
    ? videoProblem(video.kind, stored, { takesMov: meta.settings.facebookTakesMov })
    : { code: 1363024, message: 'The video file is missing.' }
  video.processing = { beganAtMs, readyAtMs: beganAtMs + meta.settings.facebookProcessingMs, error }
  video.commit = commit
  armVideo(meta, video)
}

/** Schedules publishing. Also called after a restart, for videos that are being processed. */
export function armVideo(meta: Meta, video: Video): void {
  const { processing, commit } = video
  if (!processing || !commit || processing.error || video.publishedAtMs !== null) return
  const dueMs = processing.readyAtMs + meta.settings.facebookPublishingMs
  meta.world.clock.after(dueMs - meta.world.clock.now(), () => {
    if (meta.state.videos[video.id] === video && video.publishedAtMs === null)
      publish(meta, video, commit)
  })
}

function publish(meta: Meta, video: Video, commit: Commit): void {
  if (video.kind === 'story') {
    const { pageId, sha256, postId, isAiGenerated = false } = video
    const media = { mediaType: 'video', mediaId: video.id, sha256: sha256 ?? '' } as const
    const story = addStory(meta, {
      pageId,
      ...media,
      id: postId ?? undefined,
      commit,
      isAiGenerated,
    })
    video.publishedAtMs = story.createdAtMs
    return
  }
  const post = createPost(meta, {
    pageId: video.pageId,
    message: video.description,
    videoId: video.id,
    commit,
  })
  video.publishedAtMs = post.createdAtMs
  video.postId = postSuffix(post)
  meta.world.state.changed()
}
