import type { Graph } from '../graph/client.ts'
import { equalText } from '../graph/error-rows/codes.ts'
import { findRow } from '../graph/errors.ts'
import { recordsAt, textAt } from '../graph/json.ts'
import { normalizeText } from '../graph/text.ts'
import type { JsonRecord } from '../json.ts'
import type { AttemptToReconcile, Publication, Reconciled } from '../platform.ts'
import { notPrepared, pageToken } from './page.ts'
import { photosOf } from './publish-post.ts'
import { reconcilePhotoStory } from './story.ts'
import { readUpload } from './upload.ts'
import { postIdOf, readVideo } from './video-status.ts'

/** The most that our clock and Meta's are assumed to differ. */
const clockSlackMs = 60_000
/**
 * Facebook may start late. After this time, an unfinished video proves that `finish` never arrived.
 */
const lateFinishMs = 10 * 60_000
/** How late a post may appear in the lists. */
const listLagMs = 3 * 60_000
const dayMs = 24 * 3_600_000
/** With 50 posts per page, more than a Page publishes between a send and its reconciliation. */
const mostPages = 8

const fields =
  'id,message,created_time,permalink_url,is_published,status_type,attachments{media_type,target{id},subattachments{media_type,target{id}}}'

/** Reads a video or reel directly. Looks for other posts in the Page's list. */
export const reconcileOnFacebook = (
  graph: Graph,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<Reconciled> => {
  const { kind, media } = publication
  const isVideo = kind === 'video' || kind === 'reel' || media[0]?.kind === 'video'
  if (isVideo) return reconcileVideo(graph, publication, attempt)
  return kind === 'story'
    ? reconcilePhotoStory(graph, publication, attempt)
    : reconcilePost(graph, publication, attempt)
}

const reconcileVideo = async (
  graph: Graph,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<Reconciled> => {
  const upload = readUpload(publication.handles)
  if (!upload) throw notPrepared()
  const video = await readVideo(graph, publication, upload.videoId)
  const late = publication.now() - attempt.sentAtMs > lateFinishMs
  switch (video.state) {
    case 'published':
      return {
        outcome: 'found',
        platformPostId: postIdOf(publication, video.postId) ?? upload.videoId,
        proof: 'Facebook reports this video as published.',
      }
    case 'publishing':
      return { outcome: 'processing', proof: 'Facebook is publishing this video.' }
    case 'processing':
      return late
        ? {
            outcome: 'unclear',
            proof:
              'Facebook has been processing this video for a long time and hasn’t started to publish it.',
          }
        : { outcome: 'processing', proof: 'Facebook is processing this video.' }
    case 'failed':
      return { outcome: 'refused', problem: video.problem }
    case 'hidden':
      return { outcome: 'absent', certain: false, proof: 'Facebook doesn’t show this video.' }
    case 'unfinished':
      return {
        outcome: 'absent',
        certain: late,
        proof: 'Facebook has the uploaded video, but the upload isn’t finished.',
      }
  }
}

/**
 * If exactly one post is certainly ours: found. If there are several, or one that may be ours: a
 * person decides. If there is none: absent, but never certain, because Facebook's lists lag.
 */
const reconcilePost = async (
  graph: Graph,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<Reconciled> => {
  const look = lookFor(publication, attempt)
  const posts = await listPosts(graph, publication, look.listedSinceMs)
  const graded = posts
    .map((post) => ({ id: textAt(post, 'id') ?? '', match: matchOf(post, publication, look) }))
    .filter((post) => post.match !== 'none' && !attempt.boundIds.includes(post.id))
  const sure = graded.filter((post) => post.match === 'sure')
  const [found] = sure
  if (found && sure.length === 1)
    return { outcome: 'found', platformPostId: found.id, proof: proofOf(look, posts.length) }
  if (graded.length > 0)
    return {
      outcome: 'unclear',
      proof: `Posts on the Page that may be this one: ${graded.map((post) => post.id).join(', ')}.`,
    }
  const absent: Reconciled = {
    outcome: 'absent',
    certain: false,
    proof: `Not among the ${posts.length} posts since the attempt.`,
  }
  return publication.now() - attempt.sentAtMs > listLagMs
    ? (refusedByAnswer(attempt) ?? absent)
    : absent
}

type Look = { photoIds: string[]; sinceMs: number; listedSinceMs: number; duplicate: boolean }

/**
 * If the text equals that of an earlier post, that may be from an earlier attempt of ours, so the
 * search goes back a day.
 */
const lookFor = (publication: Publication, attempt: AttemptToReconcile): Look => {
  const photos = photosOf(publication)
  const duplicate = attempt.answer?.code === String(equalText)
  const sinceMs = attempt.sentAtMs - clockSlackMs
  const earliestMs = Math.min(
    photos.sinceMs,
    duplicate ? attempt.sentAtMs - dayMs : attempt.sentAtMs,
  )
  return {
    photoIds: photos.ids,
    sinceMs,
    listedSinceMs: Math.min(sinceMs, earliestMs - clockSlackMs),
    duplicate,
  }
}

/**
 * Facebook gave the reason, and no earlier call of ours explains it. Sending again would fail the
 * same way.
 */
const refusedByAnswer = ({ answer }: AttemptToReconcile): Reconciled | null => {
  const row =
    answer && findRow(Number(answer.code), answer.subcode === null ? null : Number(answer.subcode))
  if (!answer || row?.kind !== 'rejected') return null
  return { outcome: 'refused', problem: { ...answer, kind: row.kind, words: row.words } }
}

type Match = 'sure' | 'possible' | 'none'

/**
 * Matching photo ids are enough. Without them, the text and type must match, and the post must be
 * newer than the attempt.
 */
const matchOf = (post: JsonRecord, { kind, text }: Publication, look: Look): Match => {
  const targets = targetsOf(post)
  if (look.photoIds.some((id) => targets.includes(id))) return 'sure'
  if (normalizeText(textAt(post, 'message') ?? '') !== normalizeText(text)) return 'none'
  if (Date.parse(textAt(post, 'created_time') ?? '') < look.sinceMs)
    return look.duplicate ? 'possible' : 'none'
  if (normalizeText(text) === '') return 'possible'
  const sameSort = kind === 'text' || kind === 'link' ? !hasPhotos(post) : targets.length === 0
  return sameSort ? 'sure' : 'possible'
}

const attachmentsOf = (post: JsonRecord): JsonRecord[] =>
  recordsAt(post, 'attachments', 'data').flatMap((attachment) => [
    attachment,
    ...recordsAt(attachment, 'subattachments', 'data'),
  ])

const targetsOf = (post: JsonRecord): string[] =>
  attachmentsOf(post)
    .map((attachment) => textAt(attachment, 'target', 'id'))
    .filter((id) => id !== null)

const hasPhotos = (post: JsonRecord): boolean =>
  attachmentsOf(post).some((attachment) =>
    ['photo', 'album', 'video'].includes(textAt(attachment, 'media_type') ?? ''),
  )

const listPosts = async (
  graph: Graph,
  publication: Publication,
  sinceMs: number,
): Promise<JsonRecord[]> => {
  const posts: JsonRecord[] = []
  const since = String(Math.floor(sinceMs / 1000))
  let after: string | null = null
  for (let count = 0; count < mostPages; count += 1) {
    const path = `${publication.account.id}/published_posts`
    const body = await graph.get(
      path,
      pageToken(publication),
      { fields, since, limit: '50', after },
      publication.signal,
    )
    posts.push(...recordsAt(body, 'data'))
    after = textAt(body, 'paging', 'next') ? textAt(body, 'paging', 'cursors', 'after') : null
    if (!after) break
  }
  return posts
}

const proofOf = (look: Look, posts: number): string =>
  look.photoIds.length > 0
    ? `The one of ${posts} posts since the attempt that holds its photos.`
    : `The one of ${posts} posts since the attempt with this text.`
