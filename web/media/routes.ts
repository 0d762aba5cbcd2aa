import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import {
  deleteUnusedMedia,
  findMedia,
  listMedia,
  listUses,
  type Media,
  type MediaUse,
  sumMediaBytes,
} from '../../db/posts/media.ts'
import { listLinks } from '../../db/posts/media-links.ts'
import { dropDiscardedWith } from '../../db/posts/posts.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { openBody, takesUpload } from '../http/forms/body.ts'
import type { Renderer } from '../http/render.ts'
import { sendFile } from '../http/send-file.ts'
import { requireMember } from '../http/session.ts'
import { takeForm } from './form.ts'
import { takeFrame } from './frame.ts'
import { takeIn } from './intake.ts'
import { mediumOf } from './medium.ts'

const pageSize = 60
const one = '/w/:workspace/media/:id{[0-9a-f]{8}-[0-9a-f-]{27}}'

/**
 * Routes of the media library. promise: D3. Uploads stream to disk, so these routes have no body
 * limit.
 */
export const mediaRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get('/w/:workspace/media', guard, (c) => library(deps, view, c))
    .post('/w/:workspace/media', guard, takesUpload, (c) => uploadForm(deps, view, c))
    .get(one, guard, async (c) => {
      const media = await find(deps, c)
      if (c.req.query('part') === 'tile')
        return view.partial(c, 'media/_tile', {
          media: { ...media, ...(await useOf(deps, media)) },
        })
      if (c.req.query('part') === 'pick') return view.partial(c, 'media/_pick', { media })
      const [uses, links] = await Promise.all([
        listUses(deps.sql, media.workspaceId, media.id),
        listLinks(deps.sql, media.workspaceId, media.id),
      ])
      return view.page(c, 'media/show', {
        media,
        uses,
        links,
        publicUrl: deps.config.media.publicUrl,
      })
    })
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
    .post(`${one}/delete`, guard, async (c) => {
      await remove(deps, c, (await find(deps, c)).id)
      return seeOther(c, `/w/${c.var.workspace.slug}/media`, 'media-deleted')
    })
}

type MemberContext = Context<MemberEnv>

const useOf = async (deps: WebDeps, { workspaceId, id }: Media): Promise<MediaUse> => {
  const uses = await listUses(deps.sql, workspaceId, id)
  const coming = uses.flatMap(({ dueAt }) => (dueAt && dueAt.getTime() > deps.now() ? dueAt : []))
  return {
    posts: uses.length,
    nextDueAt: coming.sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
  }
}

const find = async (deps: WebDeps, c: Context<MemberEnv>): Promise<Media> => {
  const media = await findMedia(deps.sql, c.var.workspace.id, c.req.param('id') ?? '')
  if (!media || media.purgedAt) throw new HTTPException(404)
  return media
}

/** The media library, or with `?picker=1` the list for the composer. */
const library = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  refused: { fileName: string; words: string }[] = [],
) => {
  const given = c.req.query('before')
  const before = given && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(given) ? given : undefined
  const [media, usedBytes] = await Promise.all([
    listMedia(deps.sql, c.var.workspace.id, { before, limit: pageSize + 1 }),
    sumMediaBytes(deps.sql, c.var.workspace.id),
  ])
  const more = media.length > pageSize ? media[pageSize - 1]?.id : null
  const { maxUploadBytes: maxBytes, quotaBytes } = deps.config.media
  const data = {
    media: media.slice(0, pageSize),
    more,
    before,
    refused,
    maxBytes,
    usedBytes,
    quotaBytes,
  }
  if (c.req.query('picker') === '1') return view.partial(c, 'media/_picker', data)
  return view.page(c, 'media/index', data, refused.length > 0 ? 422 : 200)
}

/**
 * Takes a single file from the upload script. Returns the new tile, or the reason why the file was
 * refused.
 */
const uploadOne = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  try {
    const length = c.req.header('Content-Length')
    const media = await takeIn(deps, {
      ...who(c),
      fileName: c.req.param('fileName') ?? '',
      stream: openBody(c),
      declaredBytes: length === undefined ? null : Number(length),
    })
    return view.partial(
      c,
      c.req.query('as') === 'pick' ? 'media/_pick' : 'media/_tile',
      { media: { ...media, posts: 0, nextDueAt: null } },
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
    takeIn(deps, { ...who(c), fileName, stream, declaredBytes: null, formKey })
  const { taken, refused } = await takeForm(c, take).catch(refuse)
  if (refused.length > 0) return await library(deps, view, c, refused)
  if (taken.length === 0)
    return await library(deps, view, c, [{ fileName: '', words: 'Choose a file first.' }])
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

const who = (c: MemberContext) => ({ workspaceId: c.var.workspace.id, userId: c.var.user.id })

const refuse = (error: unknown): never => {
  if (error instanceof MediaRefused)
    throw new HTTPException(error.status, { message: error.message })
  throw error
}

const remove = async (deps: WebDeps, c: MemberContext, id: string): Promise<void> => {
  const { workspaceId, userId } = who(c)
  const keys = await tx(deps.sql, async (t) => {
    await dropDiscardedWith(t, workspaceId, id)
    const deleted = await deleteUnusedMedia(t, workspaceId, id)
    if (deleted) await recordEvent(t, { name: 'media.deleted', workspaceId, userId, subjectId: id })
    return deleted
  })
  if (!keys)
    throw new HTTPException(409, {
      message: 'A post uses this file. Remove it from the post first, then delete it.',
    })
  for (const key of keys) await deps.mediaStore.remove(key)
}
