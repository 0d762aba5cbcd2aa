import type { Context } from 'hono'
import { z } from 'zod'
import type { SandboxEnv } from '../../world.ts'
import { apiEndpoint, readJson, refuseCaller } from '../api/endpoint.ts'
import { answer, refuse } from '../api/envelope.ts'
import type { Refusal } from '../api/errors.ts'
import { getCreator, type TikTok } from '../context.ts'
import type { Creator, Post } from '../state.ts'
import { publicPosts } from './posts.ts'
import { videoFields, videoRecord } from './video-record.ts'

type Ctx = Context<SandboxEnv>
type Asked<T> = { creator: Creator; fields: string[]; body: T }

const listBody = z.object({
  max_count: z.int().min(1).max(20).default(10),
  cursor: z.int().min(0).optional(),
})
const queryBody = z.object({ filters: z.object({ video_ids: z.array(z.string()).min(1).max(20) }) })

/**
 * POST /v2/video/list/?fields= : public posts, newest first. The cursor is a time in milliseconds
 * (fact sheet 6.1).
 */
export const videoList = (tiktok: TikTok) =>
  apiEndpoint(tiktok, 'video/list', async (c) => {
    const asked = await readAsked(tiktok, c, 'video/list', listBody)
    if ('code' in asked) return refuse(tiktok, c, asked)
    const { max_count: count, cursor } = asked.body
    const older = listed(tiktok, asked.creator)
      .filter((post) => cursor === undefined || cursor === 0 || post.createdAtMs < cursor)
      .sort((a, b) => b.createdAtMs - a.createdAtMs)
    const videos = older.slice(0, count)
    return answer(tiktok, c, {
      videos: videos.map((post) => videoRecord(tiktok, asked.creator, post, asked.fields)),
      cursor: videos.at(-1)?.createdAtMs ?? cursor ?? 0,
      has_more: older.length > videos.length,
    })
  })

/**
 * POST /v2/video/query/?fields= : omits unknown and private posts and those of other people (fact
 * sheet 6.2).
 */
export const videoQuery = (tiktok: TikTok) =>
  apiEndpoint(tiktok, 'video/query', async (c) => {
    const asked = await readAsked(tiktok, c, 'video/query', queryBody)
    if ('code' in asked) return refuse(tiktok, c, asked)
    const { video_ids: ids } = asked.body.filters
    const videos = listed(tiktok, asked.creator).filter((post) => ids.includes(post.id))
    return answer(tiktok, c, {
      videos: videos.map((post) => videoRecord(tiktok, asked.creator, post, asked.fields)),
    })
  })

async function readAsked<T>(
  tiktok: TikTok,
  c: Ctx,
  bucket: string,
  schema: z.ZodType<T>,
): Promise<Asked<T> | Refusal> {
  const needs = {
    anyScope: ['video.list' as const],
    bucket,
    perMinute: tiktok.settings.tiktokReadPerMinute,
  }
  const caller = refuseCaller(tiktok, c, needs)
  if ('code' in caller) return caller
  const fields = (c.req.query('fields') ?? '').split(',').filter(Boolean)
  const unknown = fields.find((field) => !videoFields.includes(field))
  if (fields.length === 0 || unknown) {
    return { code: 'invalid_params', message: `Fields is invalid: ${unknown ?? 'it is required'}` }
  }
  const body = schema.safeParse(await readJson(c))
  if (!body.success)
    return {
      code: 'invalid_params',
      message: `The request parameter ${body.error.issues[0]?.path.join('.')} is invalid.`,
    }
  return { creator: getCreator(tiktok, caller.token.openId), fields, body: body.data }
}

/** A setting decides if photo posts are included, because it isn't documented. */
const listed = (tiktok: TikTok, creator: Creator): Post[] =>
  publicPosts(tiktok, creator.openId).filter(
    (post) => post.kind === 'video' || tiktok.settings.tiktokPhotosInVideoList,
  )
