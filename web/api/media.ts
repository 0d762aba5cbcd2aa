import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type ApiRequest, findAnswer, keepAnswer, takeName } from '../../db/api/requests.ts'
import { listLibrary } from '../../db/posts/library/files.ts'
import { findMedia, type Media } from '../../db/posts/media.ts'
import type { WebDeps } from '../http/env.ts'
import { openBody, takesUpload } from '../http/forms/body.ts'
import { type StoredOnce, takeIn } from '../media/intake.ts'
import { type ApiEnv, requireKey } from './caller.ts'
import { idPattern, listOf, pageQuery, readCursor, writeCursor } from './cursors.ts'
import { again, requestOf } from './once.ts'
import { type Api, idempotencyKey, reading } from './operation.ts'
import { notFound } from './problems.ts'
import { answersOf } from './refusals.ts'

const mediaFile = z
  .object({
    id: z.uuid(),
    kind: z.enum(['image', 'video']),
    fileName: z.string(),
    contentType: z.string(),
    sizeBytes: z.number(),
    width: z.number(),
    height: z.number(),
    durationMs: z.number().nullable(),
    state: z.enum(['ready', 'converting', 'failed']),
    uploadedAt: z.iso.datetime(),
  })
  .openapi('Media')

const everything = { kind: null, marks: [], labelIds: [], words: [] }
const about = { method: 'get', tag: 'Media', scope: 'read' } as const

export const useMedia = (api: Api, deps: WebDeps): void => {
  reading(
    api,
    deps,
    {
      ...about,
      path: '/media',
      id: 'listMedia',
      summary: 'List files, newest first',
      query: pageQuery,
      answer: listOf(mediaFile),
    },
    async ({ deps, caller, query }) => {
      const found = await listLibrary(deps.sql, caller.workspace.id, everything, {
        after: readCursor(query.cursor, [idPattern])?.[0],
        isOldestFirst: false,
        limit: query.limit + 1,
        now: new Date(deps.now()),
      })
      const page = found.slice(0, query.limit)
      const last = found.length > query.limit ? page.at(-1) : undefined
      return { data: page.map(mediaShape), next: last ? writeCursor([last.id]) : null }
    },
  )
  reading(
    api,
    deps,
    {
      ...about,
      path: '/media/{id}',
      id: 'getMedia',
      summary: 'Get a file’s facts',
      params: { id: z.uuid() },
      answer: mediaFile,
    },
    async ({ deps, caller, params }) => {
      const media = await findMedia(deps.sql, caller.workspace.id, params.id)
      if (!media || media.purgedAt) throw notFound('file')
      return mediaShape(media)
    },
  )
  uploadMedia(api, deps)
}

/** Streams to disk in constant memory; the same intake as for the pages. */
const uploadMedia = (api: Api, deps: WebDeps): void => {
  const route = createRoute({
    method: 'post',
    path: '/media',
    operationId: 'uploadMedia',
    tags: ['Media'],
    summary: 'Upload a file in one request',
    description:
      'The body is the file itself: a JPEG, PNG, WebP, HEIC or GIF picture, or an MP4, MOV or WebM video. Its bytes decide what it is. For large files, use `/uploads`, which can continue. Scope: `draft`.',
    security: [{ key: [] }],
    middleware: [requireKey(deps, 'draft'), takesUpload],
    request: {
      headers: z.object({ 'Idempotency-Key': idempotencyKey }),
      query: z.strictObject({
        name: z.string().min(1).max(200).openapi({ example: 'sleeve.jpg' }),
      }),
      body: {
        required: true,
        content: {
          'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
        },
      },
    },
    responses: answersOf({ answer: mediaFile, status: 201 }, [413, 415, 507]),
  })
  api.openapi(route, (async (c: Context<ApiEnv>) => {
    const { caller } = c.var
    const { name } = c.req.valid('query' as never) as { name: string }
    const length = c.req.header('Content-Length')
    const key = c.req.header('Idempotency-Key') ?? ''
    const media = await takeIn(deps, {
      workspaceId: caller.workspace.id,
      userId: caller.userId,
      fileName: name,
      stream: openBody(c),
      declaredBytes: length === undefined ? null : Number(length),
      once: onceFor((sha256) =>
        requestOf(caller, key, ['post', c.req.path, name, sha256.toString('hex')]),
      ),
    }).catch((error: unknown) => {
      c.header('Connection', 'close') // part of the file may be unread
      throw error
    })
    c.header('Cache-Control', 'no-store')
    return c.json(mediaShape(media), 201)
  }) as never)
}

/** The key's row is written in the transaction that stores the file. */
const onceFor = (request: (sha256: Buffer) => ApiRequest): StoredOnce => ({
  before: async (t, sha256) => {
    if (await takeName(t, request(sha256))) return null
    const known = await findAnswer(t, request(sha256))
    return known ? String(again(known).answer.id) : null
  },
  keep: (t, id, sha256) => keepAnswer(t, request(sha256), { status: 201, answer: { id } }),
})

const states = { waiting: 'converting', failed: 'failed' } as const

const mediaShape = (media: Media) => ({
  id: media.id,
  kind: media.kind,
  fileName: media.fileName,
  contentType: media.contentType,
  sizeBytes: media.sizeBytes,
  width: media.width,
  height: media.height,
  durationMs: media.durationMs,
  state: media.conversion ? states[media.conversion] : ('ready' as const),
  uploadedAt: media.uploadedAt.toISOString(),
})
