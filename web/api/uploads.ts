import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AnyContext, WebDeps } from '../http/env.ts'
import { takesUpload } from '../http/forms/body.ts'
import { takeUploads, type UploadPlace } from '../media/uploads/routes.ts'
import { type ApiEnv, requireKey } from './caller.ts'
import type { Api } from './operation.ts'
import { ApiProblem } from './problems.ts'
import { answersOf } from './refusals.ts'

const base = '/api/v1'
const one = '/uploads/:upload{[0-9a-f]{8}-[0-9a-f-]{27}}'

/**
 * Uploads in parts that continue after a lost connection (tus 1.0.0), the same as those of the
 * pages. Their own address makes them repeatable, so they need no Idempotency-Key.
 */
export const useUploads = (api: Api, deps: WebDeps): void => {
  describe(api)
  const guard = requireKey(deps, 'draft')
  const uploads = takeUploads(deps, placeOf)
  api
    .post('/uploads', guard, async (c) => answered(c, await uploads.create(c)))
    .get(one, guard, async (c) => {
      if (c.req.method !== 'HEAD') throw wrongMethod
      return answered(c, await uploads.look(c))
    })
    .patch(one, guard, takesUpload, async (c) => answered(c, await uploads.receive(c)))
    .delete(one, guard, async (c) => answered(c, await uploads.cancel(c)))
}

const wrongMethod = new ApiProblem(405, 'wrong_method', 'Ask with HEAD how much has arrived.', {
  headers: { Allow: 'HEAD, PATCH, DELETE' },
})

const placeOf = (c: AnyContext): UploadPlace => {
  const { workspace, userId } = (c as Context<ApiEnv>).var.caller
  return {
    owner: { workspaceId: workspace.id, userId },
    uploads: `${base}/uploads`,
    media: `${base}/media`,
  }
}

/** The protocol's refusals, in the same form as the API's other errors. */
const answered = async (c: Context<ApiEnv>, response: Response): Promise<Response> => {
  if (response.ok) return response
  const kept = [...response.headers].filter(([name]) => /^(tus-|upload-|connection)/i.test(name))
  const headers = Object.fromEntries(kept)
  const detail = (await response.text()).trim() || `Refused with ${response.status}.`
  const known = response.status === 404 ? 'not_found' : 'upload_refused'
  if (c.req.method === 'HEAD') return new Response(null, { status: response.status, headers })
  throw new ApiProblem(response.status, known, detail, { headers })
}

const tus = z.object({
  'Tus-Resumable': z.literal('1.0.0'),
})
const empty = z.object({})

/** The protocol isn't JSON, so its operations are described here instead of being derived. */
const describe = (api: Api): void => {
  const registerPath = api.openAPIRegistry.registerPath.bind(api.openAPIRegistry)
  const about = { tags: ['Uploads'], security: [{ key: [] }] }
  const upload = z.object({ upload: z.uuid() })
  const refused = (more: number[]) => {
    const { 200: _done, ...rest } = answersOf({ answer: empty }, more)
    return rest
  }
  registerPath({
    ...about,
    method: 'post',
    path: '/uploads',
    operationId: 'beginUpload',
    summary: 'Begin an upload that can be continued (tus 1.0.0)',
    description: 'Scope: `draft`. `Location` is where its parts go.',
    request: {
      headers: tus.extend({
        'Upload-Length': z
          .string()
          .regex(/^\d{1,15}$/)
          .openapi({ description: 'In bytes.' }),
        'Upload-Metadata': z.string().max(2_048).optional().openapi({
          example: 'filename c2xlZXZlLmpwZw==',
          description: 'The name of the file in Base64.',
        }),
      }),
    },
    responses: {
      201: { description: 'Begun.', headers: z.object({ Location: z.string() }) },
      ...refused([409, 412, 413, 507]),
    },
  })
  registerPath({
    ...about,
    method: 'patch',
    path: '/uploads/{upload}',
    operationId: 'continueUpload',
    summary: 'Send the next part, at most 64 MB',
    description:
      'Scope: `draft`. After the last part, `Content-Location` is the address of the file.',
    request: {
      params: upload,
      headers: tus.extend({ 'Upload-Offset': z.string().regex(/^\d{1,15}$/) }),
      body: {
        required: true,
        content: {
          'application/offset+octet-stream': { schema: { type: 'string', format: 'binary' } },
        },
      },
    },
    responses: {
      204: { description: 'Received.', headers: z.object({ 'Upload-Offset': z.string() }) },
      ...refused([404, 408, 409, 410, 411, 412, 413, 415, 423, 507]),
    },
  })
  registerPath({
    ...about,
    method: 'delete',
    path: '/uploads/{upload}',
    operationId: 'cancelUpload',
    summary: 'Cancel an upload',
    description: 'Scope: `draft`.',
    request: { params: upload, headers: tus },
    responses: { 204: { description: 'Canceled.' }, ...refused([404, 409, 412, 423]) },
  })
}
