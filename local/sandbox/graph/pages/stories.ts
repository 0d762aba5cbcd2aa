import { fieldsOf } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requirePublishing, requireScopes } from '../calls/caller.ts'
import { parseFields } from '../calls/fields.ts'
import { paginate } from '../calls/paging.ts'
import { refuse } from '../calls/refusal.ts'
import { show, view } from '../calls/view.ts'
import { newId } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { Commit, PageStory } from '../state.ts'
import { beginProcessing, createVideo } from '../videos/page-video.ts'
import { noteVideo } from '../videos/page-videos.ts'
import { livingPhoto } from './living-photo.ts'
import { addStory, storyUrl } from './story.ts'

// A Page's stories (fact sheet 2.6). They are in no other list and have no usable insights.

const dayMs = 86_400_000

/** POST /{page-id}/photo_stories: publishes an unpublished photo as a story. */
export function createPhotoStory(call: GraphCall): Response {
  const { meta, parameters } = call
  const page = requirePublishing(meta, call.caller, call.c.req.param('id') ?? '')
  const photoId = parameters.text('photo_id') ?? ''
  const photo = livingPhoto(meta, photoId)
  if (photo?.pageId !== page.id) throw refuse.missingObject(photoId, 'post')
  if (photo.published || photo.postId)
    throw refuse.parameter('The photo was used in another post.', 1366051)
  photo.published = true
  const media = { mediaType: 'photo', mediaId: photo.id, sha256: photo.sha256 } as const
  const story = addStory(meta, { pageId: page.id, ...media, commit: commitOf(call) })
  photo.postId = `${page.id}_${story.id}`
  return answerStory(call, story.id)
}

/** POST /{page-id}/video_stories: start, upload to the upload host, then finish. */
export function createVideoStory(call: GraphCall): object {
  const { meta, parameters } = call
  const page = requirePublishing(meta, call.caller, call.c.req.param('id') ?? '')
  const phase = parameters.text('upload_phase')
  if (phase === 'start') {
    const video = createVideo(meta, { pageId: page.id, kind: 'story' })
    noteVideo(call, video)
    return {
      video_id: video.id,
      upload_url: `${meta.world.baseUrl('/rupload')}/video-upload/${call.version}/${video.id}`,
    }
  }
  if (phase !== 'finish') throw refuse.parameter('upload_phase has to be start or finish')
  const id = parameters.text('video_id') ?? ''
  const video = meta.state.videos[id]
  if (video?.pageId !== page.id || video.kind !== 'story') throw refuse.missingObject(id, 'post')
  noteVideo(call, video)
  if (!video.sha256)
    throw refuse.general(
      6000,
      1363037,
      '(#6000) There was a problem uploading your video file: it is not complete.',
    )
  if (video.processing) throw refuse.general(6000, 1363041, '(#6000) The upload session has ended.')
  video.isAiGenerated = parameters.flag('is_ai_generated') ?? false
  // The id is returned immediately. The video's `status` shows if the story is published.
  video.postId = newId(meta.state, 'post')
  beginProcessing(meta, video, commitOf(call))
  return answerStory(call, video.postId)
}

/** Meta returns `post_id` as a number. */
const answerStory = (call: GraphCall, postId: string): Response =>
  call.c.body(`{"success":true,"post_id":${postId}}`, 200, { 'content-type': 'application/json' })

const commitOf = ({ ledgerCall }: GraphCall): Commit => ({
  callId: ledgerCall.id,
  realAtMs: ledgerCall.atMs,
})

/**
 * GET /{page-id}/stories: newest first. The Page's archive is on here, so stories older than a day
 * are listed as ARCHIVED.
 */
export function listPageStories(call: GraphCall): object {
  const { meta, parameters } = call
  const { page, caller } = requirePageAccess(meta, call.caller, call.c.req.param('id') ?? '', 'get')
  requireScopes(caller, ['pages_read_engagement', 'pages_show_list'])
  const wanted = parameters.list('status').map((status) => String(status).toUpperCase())
  const [since, until] = [
    parameters.number('since') ?? 0,
    parameters.number('until') ?? Number.POSITIVE_INFINITY,
  ]
  const listed = Object.values(meta.state.stories)
    .filter(({ pageId, createdAtMs }) => {
      const seconds = Math.floor(createdAtMs / 1000)
      return pageId === page.id && seconds >= since && seconds <= until
    })
    .filter(
      (story) =>
        createdBefore(meta, story) &&
        (wanted.length === 0 || wanted.includes(statusOf(meta, story))),
    )
    .sort((a, b) => b.createdAtMs - a.createdAtMs || b.id.localeCompare(a.id))
  const fields =
    fieldsOf(call) ?? parseFields('post_id,status,creation_time,media_type,media_id,url')
  return paginate(call, listed, (story) => {
    const { id: _id, ...shown } = show(storyView(meta, story), fields)
    return shown
  })
}

const createdBefore = ({ world, settings }: Meta, { createdAtMs }: PageStory): boolean =>
  createdAtMs + settings.listLagMs <= world.clock.now()

const statusOf = ({ world }: Meta, { createdAtMs }: PageStory): 'PUBLISHED' | 'ARCHIVED' =>
  createdAtMs + dayMs > world.clock.now() ? 'PUBLISHED' : 'ARCHIVED'

const storyView = (meta: Meta, story: PageStory) =>
  view({
    type: 'PageStory',
    id: story.id,
    defaults: [],
    fields: {
      post_id: () => story.id,
      status: () => statusOf(meta, story),
      creation_time: () => String(Math.floor(story.createdAtMs / 1000)),
      media_type: () => story.mediaType,
      media_id: () => story.mediaId,
      url: () => storyUrl(meta, story),
    },
  })
