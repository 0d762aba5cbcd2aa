import type { Publication, Turn } from '../platform.ts'
import { initSchema } from './answers.ts'
import { choicesOf, coverIndex, coverMs, type TiktokChoices } from './choices.ts'
import type { Stakes, TiktokClient } from './client.ts'
import type { ChunkPlan } from './upload/chunks.ts'

export type Started = { publishId: string; uploadUrl: string | null }

/**
 * TikTok allows 6 inits per minute per user token. It doesn't say if video and photo posts share
 * this limit; we assume that they do.
 */
export const initTurn: Turn = {
  name: 'init',
  most: 6,
  perMs: 60_000,
  words: 'TikTok accepts six new posts a minute per account.',
}

/** Starts a video that we upload. Nothing is posted until its last byte has arrived. */
export const startUpload = (
  client: TiktokClient,
  publication: Publication,
  plan: ChunkPlan,
): Promise<Started> =>
  start(client, publication, 'begin', videoPath(publication), {
    ...videoInfo(publication),
    source_info: {
      source: 'FILE_UPLOAD',
      video_size: plan.totalBytes,
      chunk_size: plan.chunkBytes,
      total_chunk_count: plan.count,
    },
  })

/** The irreversible call for a video that TikTok fetches. */
export const publishByUrl = (client: TiktokClient, publication: Publication): Promise<Started> =>
  start(client, publication, 'publish', videoPath(publication), {
    ...videoInfo(publication),
    source_info: { source: 'PULL_FROM_URL', video_url: publication.media[0]?.url },
  })

/** The irreversible call for a photo post. TikTok always fetches photos. */
export const publishPhotos = (client: TiktokClient, publication: Publication): Promise<Started> => {
  const choices = choicesOf(publication.settings)
  return start(client, publication, 'publish', '/v2/post/publish/content/init/', {
    media_type: 'PHOTO',
    post_mode: choices.inbox ? 'MEDIA_UPLOAD' : 'DIRECT_POST',
    post_info: {
      ...(choices.photoTitle && { title: choices.photoTitle }),
      ...(publication.text && { description: publication.text }),
      ...(!choices.inbox && { ...commonInfo(publication), auto_add_music: choices.autoAddMusic }),
    },
    source_info: {
      source: 'PULL_FROM_URL',
      photo_images: publication.media.map((photo) => photo.url),
      photo_cover_index: coverIndex(choices),
    },
    ...(!choices.inbox && { is_aigc: choices.isAigc }),
  })
}

const start = async (
  client: TiktokClient,
  publication: Publication,
  stakes: Stakes,
  path: string,
  body: Record<string, unknown>,
): Promise<Started> => {
  const token = publication.account.grantToken
  const answer = await client.ask({
    path,
    token,
    body,
    schema: initSchema,
    stakes,
    signal: publication.signal,
  })
  return {
    publishId: answer.publish_id,
    uploadUrl: answer.upload_url ? client.uploadAddress(answer.upload_url) : null,
  }
}

/** Drafts use a separate path and have no `post_info`, because TikTok would drop it. */
const videoPath = ({ settings }: Publication): string =>
  choicesOf(settings).inbox ? '/v2/post/publish/inbox/video/init/' : '/v2/post/publish/video/init/'

const videoInfo = (publication: Publication) => {
  const choices = choicesOf(publication.settings)
  return choices.inbox ? {} : { post_info: postInfo(publication, choices) }
}

const postInfo = (publication: Publication, choices: TiktokChoices) => {
  const coverAtMs = coverMs(choices)
  return {
    ...(publication.text && { title: publication.text }),
    ...commonInfo(publication),
    disable_duet: !choices.allowDuet,
    disable_stitch: !choices.allowStitch,
    ...(coverAtMs !== null && { video_cover_timestamp_ms: coverAtMs }),
    is_aigc: choices.isAigc,
  }
}

/**
 * Always sends both brand flags: they are documented as required, although TikTok's examples omit
 * them.
 */
const commonInfo = (publication: Publication) => {
  const choices = choicesOf(publication.settings)
  return {
    privacy_level: choices.privacyLevel,
    disable_comment: !choices.allowComment,
    brand_content_toggle: choices.brandedContent,
    brand_organic_toggle: choices.yourBrand,
  }
}
