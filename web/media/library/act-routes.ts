import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { tx } from '../../../db/postgres/connect.ts'
import { renameMedia, retryConversion } from '../../../db/posts/library/acts.ts'
import { formFields, isPartial, seeOther } from '../../http/answers.ts'
import { actorIn, forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { readForm } from '../../http/forms/forms.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { titleOf } from '../../posts/post-title.ts'
import { readLibrary } from './address.ts'
import { altTextMaxCharacters, saveAltText } from './alt-text.ts'
import { deleteFiles, type Losing } from './deleting.ts'
import { findFile, showFile, showLibrary, type Typed } from './page.ts'
import { readFileName } from './rename.ts'
import { backTo, selected } from './selection.ts'
import { useState } from './words.ts'

type MemberContext = Context<MemberEnv>
type Parts = { deps: WebDeps; view: Renderer }

const one = '/w/:workspace/media/:id{[0-9a-f]{8}-[0-9a-f-]{27}}'

/** What people do with files of the library. Every form works without script. */
export const libraryActRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  const parts = { deps, view }
  return forMembers
    .createApp()
    .post(`${one}/alt-text`, guard, (c) => altText(parts, c))
    .post(`${one}/rename`, guard, (c) => rename(parts, c))
    .post(`${one}/again`, guard, async (c) => {
      const { id } = await findFile(deps, c)
      await tx(deps.sql, (t) => retryConversion(t, c.var.workspace.id, id))
      return seeOther(c, await backTo(c))
    })
    .post(`${one}/delete`, guard, async (c) => remove(parts, c, [(await findFile(deps, c)).id]))
    .post('/w/:workspace/media/delete', guard, async (c) => remove(parts, c, await selected(c)))
}

const altText = async (parts: Parts, c: MemberContext): Promise<Response> => {
  const form = await readForm(c)
  const text = String(form.get('alt_text') ?? '').trim()
  const was = form.get('was')
  if (text.length > altTextMaxCharacters)
    return refused(parts, c, {
      altText: text,
      fault: `Alt text has at most ${altTextMaxCharacters} characters. This one has ${text.length}.`,
    })
  const mediaId = (await findFile(parts.deps, c)).id
  const given = { ...actorIn(c), mediaId, altText: text, was: typeof was === 'string' ? was : null }
  const saved = await saveAltText(parts.deps, given)
  if (saved === 'gone') throw new HTTPException(404)
  if (typeof saved === 'object') {
    if (isPartial(c)) return c.text(saved.changed, 409)
    const fault = `Someone else changed this alt text to: “${saved.changed}”. Save again to replace it.`
    return refused(parts, c, { altText: text, fault })
  }
  return isPartial(c) ? c.body(null, 204) : seeOther(c, await backTo(c), 'alt-text-saved')
}

const rename = async (parts: Parts, c: MemberContext): Promise<Response> => {
  const media = await findFile(parts.deps, c)
  const { name = '' } = await formFields(c)
  const fileName = readFileName(name, media.fileName)
  if (fileName === null)
    return refused(parts, c, { fileName: name, fault: 'Enter a name for this file.' })
  await renameMedia(parts.deps.sql, media.workspaceId, media.id, fileName)
  return seeOther(c, await backTo(c), 'media-renamed')
}

/** The page that the form was on comes back, with what was typed. */
const refused = async ({ deps, view }: Parts, c: MemberContext, typed: Typed) => {
  if (isPartial(c)) return c.text(typed.fault, 422)
  const address = new URL(await backTo(c), 'http://own')
  const shown = readLibrary(address.searchParams)
  return shown.file ? showLibrary(deps, view, c, { typed }, shown) : showFile(deps, view, c, typed)
}

const remove = async ({ deps, view }: Parts, c: MemberContext, ids: string[]) => {
  const base = `/w/${c.var.workspace.slug}/media`
  const back = await backTo(c)
  const done = await deleteFiles(deps, actorIn(c), ids)
  if ('losing' in done) {
    const kept = new Set([...done.losing, ...done.repeating].map(({ mediaId }) => mediaId))
    const others = ids.filter((id) => !kept.has(id))
    const data = { base, back, files: byFile(done, deps), others }
    return view.page(c, 'media/still-used', data, 409)
  }
  const address = new URL(back, 'http://own')
  address.searchParams.delete('file')
  const isPageOfFile = !address.pathname.endsWith('/media')
  const said = done.deleted === 1 ? 'media-deleted' : 'several-media-deleted'
  return seeOther(c, isPageOfFile ? base : `${address.pathname}${address.search}`, said)
}

/** What would lose each file. */
const byFile = ({ losing, repeating }: Losing, deps: WebDeps) =>
  [...new Map([...losing, ...repeating].map((one) => [one.mediaId, one.fileName]))].map(
    ([id, fileName]) => ({
      id,
      fileName,
      posts: losing
        .filter((one) => one.mediaId === id)
        .map((one) => ({
          ...one,
          title: titleOf(one.text),
          is: useState(one),
          marks: one.platforms.flatMap((name) => deps.platforms.platforms.get(name) ?? []),
        })),
      series: repeating
        .filter((one) => one.mediaId === id)
        .map((one) => ({ id: one.seriesId, title: titleOf(one.text) })),
    }),
  )
