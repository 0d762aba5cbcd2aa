import type { Publication, Turn } from '../platform.ts'
import { initSchema } from './answers.ts'
import { choicesOf, coverIndex, coverMs } from './choices.ts'
import type { ChunkPlan } from './chunks.ts'
import type { Stakes, TiktokClient } from './client.ts'

export type Started = { publishId: string; uploadUrl: string | null }

/** TikTok: 6 inits a minute for each user token; whether video and photo posts share them is not said, so they do here. */
export const initTurn: Turn = {
  name: 'init',
  most: 6,
  perMs: 60_000,
  words: 'TikTok takes six new posts a minute from an account.',
}

/** Begins a video whose bytes we send: nothing is posted before the last of them. */
export const startUpload = (client: TiktokClient, publication: Publication, plan: ChunkPlan): Promise<Started> =>
  start(client, publication, 'begin', '/v2/post/publish/video/init/', {
    post_info: videoInfo(publication),
    source_info: {
      source: 'FILE_UPLOAD',
      video_size: plan.totalBytes,
      chunk_size: plan.chunkBytes,
      total_chunk_count: plan.count,
    },
  })

/** The irreversible call of a video that TikTok fetches. */
export const publishByUrl = (client: TiktokClient, publication: Publication): Promise<Started> =>
  start(client, publication, 'publish', '/v2/post/publish/video/init/', {
    post_info: videoInfo(publication),
    source_info: { source: 'PULL_FROM_URL', video_url: publication.media[0]?.url },
  })

/** The irreversible call of a photo post; TikTok always fetches photos. */
export const publishPhotos = (client: TiktokClient, publication: Publication): Promise<Started> => {
  const choices = choicesOf(publication.settings)
  return start(client, publication, 'publish', '/v2/post/publish/content/init/', {
    media_type: 'PHOTO',
    post_mode: 'DIRECT_POST',
    post_info: {
      ...(choices.photoTitle && { title: choices.photoTitle }),
      ...(publication.text && { description: publication.text }),
      ...commonInfo(publication),
      auto_add_music: choices.autoAddMusic,
    },
    source_info: {
      source: 'PULL_FROM_URL',
      photo_images: publication.media.map((photo) => photo.url),
      photo_cover_index: coverIndex(choices),
    },
    is_aigc: choices.isAigc,
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
  const answer = await client.ask({ path, token, body, schema: initSchema, stakes, signal: publication.signal })
  return { publishId: answer.publish_id, uploadUrl: answer.upload_url ?? null }
}

const videoInfo = (publication: Publication) => {
  const choices = choicesOf(publication.settings)
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

/** Both brand flags always: documented as required, though TikTok's own examples leave them out. */
const commonInfo = (publication: Publication) => {
  const choices = choicesOf(publication.settings)
  return {
    privacy_level: choices.privacyLevel,
    disable_comment: !choices.allowComment,
    brand_content_toggle: choices.brandedContent,
    brand_organic_toggle: choices.yourBrand,
  }
}
