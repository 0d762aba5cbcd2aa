import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { listLibrary } from '../../db/posts/library/files.ts'
import { findMedia, type Media } from '../../db/posts/media.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { seeOther } from '../http/answers.ts'
import { actorIn, forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { openBody, takesUpload } from '../http/forms/body.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { sendFile } from '../http/send-file.ts'
import { requireMember } from '../http/session.ts'
import { takeForm } from './form.ts'
import { takeFrame } from './frame.ts'
import { takeIn } from './intake.ts'
import { readLibrary } from './library/address.ts'
import {
  pageSize,
  queryOf,
  type RefusedFile,
  showFile,
  showLibrary,
  tileOf,
} from './library/page.ts'
import { mediumOf } from './medium.ts'

const one = '/w/:workspace/media/:id{[0-9a-f]{8}-[0-9a-f-]{27}}'

/**
 * The media library, its files and uploads. promise: D3. Uploads stream to disk, so these routes have
 * no body limit.
 */
export const mediaRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get('/w/:workspace/media', guard, (c) =>
      c.req.query('picker') === '1' ? picker(deps, view, c) : showLibrary(deps, view, c),
    )
    .post('/w/:workspace/media', guard, takesUpload, (c) => uploadForm(deps, view, c))
    .get(one, guard, (c) => showFile(deps, view, c))
    .get(`${one}/file`, guard, async (c) => {
      const media = await find(deps, c)
      if (media.conversion) throw new HTTPException(404)
      c.header('Cache-Control', 'private, max-age=3600')
      return sendFile(c, deps.mediaStore, { ...media, etag: media.storeKey })
    })
    .get(`${one}/thumbnail`, guard, async (c) =>
      sendPicture(deps, c, (await find(deps, c)).thumbnailKey),
    )
    .get(`${one}/medium`, guard, async (c) => {
      const media = await find(deps, c)
      return sendPicture(deps, c, (await mediumOf(deps, media)) ?? media.thumbnailKey)
    })
    .put(`${one}/frame`, guard, takesUpload, async (c) => {
      await takeFrame(deps, await find(deps, c), openBody(c)).catch(refuse)
      return c.body(null, 204)
    })
    .put('/w/:workspace/media/:fileName', guard, takesUpload, (c) => uploadOne(deps, view, c))
}

type MemberContext = Context<MemberEnv>

const find = async (deps: WebDeps, c: Context<MemberEnv>): Promise<Media> => {
  const media = await findMedia(deps.sql, c.var.workspace.id, idParam(c, 'id'))
  if (!media || media.purgedAt) throw new HTTPException(404)
  return media
}

/** A page of the library for the composer. */
const picker = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  const shown = readLibrary(queryOf(c))
  const media = await listLibrary(deps.sql, c.var.workspace.id, shown, {
    after: shown.before ?? undefined,
    isOldestFirst: false,
    limit: pageSize + 1,
    now: new Date(deps.now()),
  })
  const more = media.length > pageSize ? media[pageSize - 1]?.id : null
  const data = { media: media.slice(0, pageSize), more, before: shown.before }
  return view.partial(c, 'media/_picker', data)
}

/**
 * Takes a single file from the upload script. Returns the new tile, or the reason why the file was
 * refused.
 */
const uploadOne = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  try {
    const length = c.req.header('Content-Length')
    const media = await takeIn(deps, {
      ...actorIn(c),
      fileName: c.req.param('fileName') ?? '',
      stream: openBody(c),
      declaredBytes: length === undefined ? null : Number(length),
    })
    if (c.req.query('as') === 'pick') return view.partial(c, 'media/_pick', { media }, 201)
    const base = `/w/${c.var.workspace.slug}/media`
    const fresh = { ...media, posts: 0, drafts: 0, nextDueAt: null }
    return view.partial(
      c,
      'media/_tile',
      tileOf(fresh, base, readLibrary(new URLSearchParams())),
      201,
    )
  } catch (error) {
    if (!(error instanceof MediaRefused)) throw error
    c.header('Cache-Control', 'no-store')
    // Part of the file may be unread, so a proxy must not reuse this connection.
    c.header('Connection', 'close')
    return c.text(error.message, error.status)
  }
}

const uploadForm = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  const take: Parameters<typeof takeForm>[1] = (fileName, stream, formKey) =>
    takeIn(deps, { ...actorIn(c), fileName, stream, declaredBytes: null, formKey })
  const { taken, refused } = await takeForm(c, take).catch(refuse)
  const nothing: RefusedFile[] =
    taken.length === 0 ? [{ fileName: '', words: 'Choose a file first.' }] : []
  const faults = refused.length > 0 ? refused : nothing
  if (faults.length > 0) return await showLibrary(deps, view, c, { refused: faults })
  return seeOther(c, `/w/${c.var.workspace.slug}/media`, 'media-uploaded')
}

/** A frame of the uploading browser may replace it, so browsers ask again whether it is the same. */
const sendPicture = async (deps: WebDeps, c: MemberContext, key: string | null) => {
  const sizeBytes = key ? await deps.mediaStore.size(key) : null
  if (!key || sizeBytes === null) throw new HTTPException(404)
  c.header('Cache-Control', 'private, no-cache')
  const file = { storeKey: key, contentType: 'image/webp', sizeBytes, etag: key }
  return sendFile(c, deps.mediaStore, file)
}

const refuse = (error: unknown): never => {
  if (error instanceof MediaRefused)
    throw new HTTPException(error.status, { message: error.message })
  throw error
}
