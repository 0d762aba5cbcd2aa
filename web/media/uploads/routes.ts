import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { ERRORS, Server } from '@tus/server'
import type { Context } from 'hono'
import { isDiskFull } from '../../../media/disk-full.ts'
import { MediaRefused } from '../../../media/refusal.ts'
import { type AnyContext, forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { openBody, takesUpload } from '../../http/forms/body.ts'
import { requireMember } from '../../http/session.ts'
import { diskFull } from '../space.ts'
import { createFinisher, type Finisher } from './finish.ts'
import { createLocker } from './locker.ts'
import { findOwnUpload, MemberUploads } from './store.ts'

/** The header with the file's name, in bytes. */
export const metadataMaxBytes = 2_048
/** A part of an upload. The person's rights are checked for each part. */
export const partMaxBytes = 64 * 1024 * 1024

/** How long a request may write what it has read, after the next one has asked it to end. */
const drainMs = 500
const one = '/w/:workspace/uploads/:upload{[0-9a-f]{8}-[0-9a-f-]{27}}'
type Shared = { finisher: Finisher; locker: ReturnType<typeof createLocker> }
/** Whose uploads they are, and the addresses of uploads and of media. */
export type UploadPlace = {
  owner: { workspaceId: string; userId: string }
  uploads: string
  media: string
}
type Parts = Shared & { deps: WebDeps; placeOf: (c: AnyContext) => UploadPlace }

/** Pages and API share them, because a person's upload can be continued through either. */
const sharedOf = new WeakMap<WebDeps, Shared>()

/**
 * Uploads in parts that continue after a lost connection (tus 1.0.0: creation, expiration and
 * termination). A finished file goes through the same intake as a form's. An upload of someone else
 * doesn't exist.
 */
export const uploadRoutes = (deps: WebDeps) => {
  const guard = requireMember()
  const uploads = takeUploads(deps, placeOfMember)
  return forMembers
    .createApp()
    .post('/w/:workspace/uploads', guard, (c) => uploads.create(c))
    .get(one, guard, (c) => uploads.look(c)) // Hono answers HEAD with it, too
    .patch(one, guard, takesUpload, (c) => uploads.receive(c))
    .delete(one, guard, (c) => uploads.cancel(c))
}

const placeOfMember = (c: Context<MemberEnv>): UploadPlace => {
  const { workspace, user } = c.var
  const base = `/w/${workspace.slug}`
  return {
    owner: { workspaceId: workspace.id, userId: user.id },
    uploads: `${base}/uploads`,
    media: `${base}/media`,
  }
}

/** The operations of the protocol, for the uploads at `placeOf`. The id is the parameter `upload`. */
export const takeUploads = (deps: WebDeps, placeOf: (c: AnyContext) => UploadPlace) => {
  const shared = sharedOf.get(deps) ?? { finisher: createFinisher(deps), locker: createLocker() }
  sharedOf.set(deps, shared)
  const parts = { ...shared, deps, placeOf }
  return {
    create: (c: AnyContext) => create(parts, c),
    look: (c: AnyContext) => answer(parts, c, 'HEAD'),
    receive: (c: AnyContext) => receive(parts, c),
    cancel: (c: AnyContext) => cancel(parts, c),
  }
}

const create = async (parts: Parts, c: AnyContext): Promise<Response> => {
  if ((c.req.header('Upload-Metadata') ?? '').length > metadataMaxBytes)
    return refuse(c, 400, 'The name of this file is too long. Rename it, then upload it again.')
  return await handle(parts, c, 'POST')
}

const receive = async (parts: Parts, c: AnyContext): Promise<Response> => {
  if (c.req.header('Content-Type') !== 'application/offset+octet-stream')
    return refuse(c, 415, words[415])
  if (c.req.header('Upload-Offset') === undefined) return refuse(c, 400, words[400])
  const length = c.req.header('Content-Length')
  if (length === undefined) return refuse(c, 411, words[411])
  if (Number(length) > partMaxBytes) return refuse(c, 413, words[413])
  return await answer(parts, c, 'PATCH')
}

/**
 * A file whose last byte has arrived can't be canceled. The answer says which media it has become, so
 * that it isn't in the library without the person knowing.
 */
const cancel = async (parts: Parts, c: AnyContext): Promise<Response> => {
  const id = c.req.param('upload') ?? ''
  const { owner, media } = parts.placeOf(c)
  const isOwn = (await findOwnUpload(parts.deps, owner, id)) !== null
  if (isOwn) await parts.finisher.ended(id)
  const mediaId = (await findOwnUpload(parts.deps, owner, id))?.mediaId
  if (!mediaId) return await answer(parts, c, 'DELETE')
  c.header('Content-Location', `${media}/${mediaId}`)
  return refuse(c, 409, words.stored)
}

/** Answers about one upload of the person. Says in each answer which media it has become, if it has. */
const answer = async (
  parts: Parts,
  c: AnyContext,
  method: 'HEAD' | 'PATCH' | 'DELETE',
): Promise<Response> => {
  const id = c.req.param('upload') ?? ''
  const { owner, media } = parts.placeOf(c)
  if (!(await findOwnUpload(parts.deps, owner, id))) return refuse(c, 404, words[404])
  const response = await handle(parts, c, method, id)
  const mediaId = (await findOwnUpload(parts.deps, owner, id))?.mediaId
  if (response.ok && mediaId) response.headers.set('Content-Location', `${media}/${mediaId}`)
  return response
}

/** Lets the library answer. What it would make a 500 of is thrown, so that it is logged. */
const handle = async (
  { deps, finisher, locker, placeOf }: Parts,
  c: AnyContext,
  method: string,
  id?: string,
): Promise<Response> => {
  const failure: { error?: unknown; isRefused?: true } = {}
  const { owner, uploads } = placeOf(c)
  const store = new MemberUploads(deps, owner)
  const server = new Server({
    path: uploads,
    relativeLocation: true,
    allowedOrigins: [],
    datastore: store,
    locker,
    lockDrainTimeout: drainMs,
    maxSize: deps.config.media.maxUploadBytes,
    namingFunction: () => randomUUID(),
    getFileIdFromRequest: () => id,
    onUploadFinish: async (_request, { id: finished }) => {
      await finisher.finish(owner, finished)
      return {}
    },
    onResponseError: async (_request, thrown) => {
      // The library passes on what broke the stream, not what the store made of it.
      const error = isDiskFull(thrown) ? diskFull() : thrown
      if (error instanceof MediaRefused) {
        failure.isRefused = true
        // Bytes for which there is no use must not stay on a disk that is full.
        if (id !== undefined && !isPassing(error)) await store.remove(id)
        return { status_code: error.status, body: error.message }
      }
      if (!isKnown(error)) failure.error = error
      return known(error)
    },
  })
  const gone: { error?: Error } = {}
  const body =
    method === 'PATCH' ? openBody(c).once('error', (error) => Object.assign(gone, { error })) : null
  const response = await server.handleWeb(requestFor(c, method, body))
  body?.destroy()
  if (gone.error && !failure.isRefused) throw gone.error
  if (failure.error) throw failure.error
  if (!response.ok && body) response.headers.set('Connection', 'close') // part of it may be unread
  response.headers.delete('Access-Control-Expose-Headers')
  response.headers.set('Cache-Control', 'no-store')
  return response
}

type WebRequest = Parameters<Server['handleWeb']>[0]

const requestFor = (c: AnyContext, method: string, body: Readable | null): WebRequest => {
  const headers = new Headers()
  for (const name of [
    'Tus-Resumable',
    'Upload-Length',
    'Upload-Offset',
    'Upload-Metadata',
    'Upload-Defer-Length',
    'Upload-Concat',
  ]) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  if (!body) return new Request(c.req.url, { method, headers })
  headers.set('Content-Type', 'application/offset+octet-stream')
  headers.set('Content-Length', c.req.header('Content-Length') ?? '0')
  return new Request(c.req.url, {
    method,
    headers,
    body: Readable.toWeb(body) as ReadableStream,
    duplex: 'half',
  })
}

/** The refusals after which the same file can be finished a little later. */
const isPassing = ({ reason }: MediaRefused): boolean => reason === 'busy' || reason === 'no_ffmpeg'

/** The errors that the library has a status for. All others are failures of ours. */
const isKnown = (error: unknown): error is { status_code: number; body: string } =>
  typeof error === 'object' && error !== null && 'status_code' in error && 'body' in error

const known = (error: unknown): { status_code: number; body: string } | undefined => {
  if (!isKnown(error)) return undefined
  const status = statuses.get(error) ?? error.status_code
  return { status_code: status, body: words[status as keyof typeof words] ?? words[400] }
}

/** Where the library's status says less than there is to say. */
const statuses = new Map<unknown, number>([
  [ERRORS.ERR_LOCK_TIMEOUT, 423],
  [ERRORS.ABORTED, 409],
  [ERRORS.MISSING_OFFSET, 400],
  [ERRORS.INVALID_CONTENT_TYPE, 415],
])

const words = {
  400: 'This part of an upload can’t be understood.',
  404: 'There is no such upload. Upload the file again.',
  409: 'This part doesn’t continue where the upload is. Ask for its offset first.',
  stored: 'The whole file had arrived, so it is in the media library. Delete it there.',
  410: 'This upload was begun too long ago. Upload the file again.',
  411: 'A part of an upload needs a Content-Length.',
  413: 'This is more than was said at the beginning of the upload, or more than one part may have.',
  415: 'A part of an upload is application/offset+octet-stream.',
  423: 'Another request is still working on this upload. Try again in a few seconds.',
}

const refuse = (
  c: AnyContext,
  status: 400 | 404 | 409 | 411 | 413 | 415,
  text: string,
): Response => {
  c.header('Cache-Control', 'no-store')
  c.header('Tus-Resumable', '1.0.0')
  c.header('Connection', 'close')
  return c.text(text, status)
}
