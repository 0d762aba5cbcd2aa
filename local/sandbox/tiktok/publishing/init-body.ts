import { z } from 'zod'
import type { Refusal } from '../api/errors.ts'
import type { ChunkPlan } from './chunk-plan.ts'

export type InitKind = 'video' | 'inbox_video' | 'photo'

/** What an init requests, in the same format for all three endpoints. */
export type InitRequest = {
  kind: 'video' | 'photo'
  mode: 'direct' | 'inbox'
  plan: ChunkPlan | null
  urls: string[]
  coverIndex: number
  privacyLevel: string | null
  title: string
  description: string
  settings: Record<string, unknown>
}

const privacyLevels = [
  'PUBLIC_TO_EVERYONE',
  'MUTUAL_FOLLOW_FRIENDS',
  'FOLLOWER_OF_CREATOR',
  'SELF_ONLY',
] as const
const size = z.int().positive()

/** TikTok counts UTF-16 units. zod's `max` counts an emoji as one. */
const textUpTo = (longest: number) => z.string().refine((text) => text.length <= longest)

const videoSource = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('FILE_UPLOAD'),
    video_size: size,
    chunk_size: size,
    total_chunk_count: size,
  }),
  z.object({ source: z.literal('PULL_FROM_URL'), video_url: z.string().min(1) }),
])

const switches = {
  disable_comment: z.boolean().optional(),
  brand_content_toggle: z.boolean().optional(),
  brand_organic_toggle: z.boolean().optional(),
}

const videoBody = z.object({
  post_info: z.object({
    privacy_level: z.enum(privacyLevels),
    title: textUpTo(2200).optional(),
    disable_duet: z.boolean().optional(),
    disable_stitch: z.boolean().optional(),
    video_cover_timestamp_ms: z.int().optional(),
    is_aigc: z.boolean().optional(),
    ...switches,
  }),
  source_info: videoSource,
})

/** `post_info` is undocumented here. Of what clients send, the title is kept (fact sheet 4.6). */
const inboxVideoBody = z.object({
  post_info: z.object({ title: textUpTo(2200).optional() }).optional(),
  source_info: videoSource,
})

const photoBody = z
  .object({
    media_type: z.literal('PHOTO'),
    post_mode: z.enum(['DIRECT_POST', 'MEDIA_UPLOAD']),
    post_info: z
      .object({
        title: textUpTo(90).optional(),
        description: textUpTo(4000).optional(),
        privacy_level: z.enum(privacyLevels).optional(),
        auto_add_music: z.boolean().optional(),
        ...switches,
      })
      .default({}),
    source_info: z.object({
      source: z.literal('PULL_FROM_URL'),
      photo_images: z.array(z.string().min(1)).min(1).max(35),
      photo_cover_index: z.int().min(0),
    }),
    is_aigc: z.boolean().optional(),
  })
  .refine((body) => body.post_mode === 'MEDIA_UPLOAD' || body.post_info.privacy_level, {
    path: ['post_info', 'privacy_level'],
  })
  .refine((body) => body.source_info.photo_cover_index < body.source_info.photo_images.length, {
    path: ['source_info', 'photo_cover_index'],
  })

/** Parses the JSON body of an init. A refusal names the invalid field. */
export function readInitBody(kind: InitKind, body: unknown): InitRequest | Refusal {
  if (kind === 'photo') {
    const parsed = photoBody.safeParse(body)
    return parsed.success ? photoRequest(parsed.data) : invalidField(parsed.error)
  }
  if (kind === 'inbox_video') {
    const parsed = inboxVideoBody.safeParse(body)
    return parsed.success
      ? videoRequest('inbox', { title: parsed.data.post_info?.title }, parsed.data.source_info)
      : invalidField(parsed.error)
  }
  const parsed = videoBody.safeParse(body)
  return parsed.success
    ? videoRequest('direct', parsed.data.post_info, parsed.data.source_info)
    : invalidField(parsed.error)
}

function videoRequest(
  mode: 'direct' | 'inbox',
  info: Partial<z.infer<typeof videoBody>['post_info']>,
  source: z.infer<typeof videoSource>,
): InitRequest {
  const { title, privacy_level: privacyLevel, ...settings } = info
  const isUpload = source.source === 'FILE_UPLOAD'
  return {
    kind: 'video',
    mode,
    plan: isUpload
      ? {
          videoSize: source.video_size,
          chunkSize: source.chunk_size,
          totalChunkCount: source.total_chunk_count,
        }
      : null,
    urls: isUpload ? [] : [source.video_url],
    coverIndex: 0,
    privacyLevel: privacyLevel ?? null,
    title: title ?? '',
    description: '',
    settings: { source: source.source, ...settings },
  }
}

function photoRequest(body: z.infer<typeof photoBody>): InitRequest {
  const { title, description, privacy_level: privacyLevel, ...settings } = body.post_info
  const mode = body.post_mode === 'DIRECT_POST' ? 'direct' : 'inbox'
  return {
    kind: 'photo',
    mode,
    plan: null,
    urls: body.source_info.photo_images,
    coverIndex: body.source_info.photo_cover_index,
    privacyLevel: mode === 'direct' ? (privacyLevel ?? null) : null,
    title: title ?? '',
    description: description ?? '',
    // A draft keeps its text and photos. All other choices are made in the app.
    settings: {
      source: 'PULL_FROM_URL',
      ...(mode === 'direct' ? { ...settings, ...aigcOf(body) } : {}),
    },
  }
}

const aigcOf = ({ is_aigc }: z.infer<typeof photoBody>): { is_aigc?: boolean } =>
  is_aigc === undefined ? {} : { is_aigc }

function invalidField(error: z.ZodError): Refusal {
  const issue = error.issues[0]
  const field = issue?.path.join('.') || 'body'
  return { code: 'invalid_params', message: `The request parameter ${field} is invalid.` }
}
