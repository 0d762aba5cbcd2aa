import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { composerMaxBytes } from '../../http/forms/body.ts'
import { readForm } from '../../http/forms/forms.ts'
import { isId } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { type Composer, loadComposer } from '../composer.ts'
import { formOfRequest } from '../composer-form.ts'
import type { PostForm } from '../post-form.ts'
import { coverOf, withEdits } from './cover.ts'
import { type EditorFields, editorFieldNames, editorFieldsOf, readEditor } from './form.ts'
import { editorView, startShape } from './page.ts'

type MemberContext = Context<MemberEnv>
type ComposerPage = {
  findPost(c: MemberContext, id: unknown): Promise<PostRow | null>
  showComposer(c: MemberContext, post: PostRow | null, form: PostForm): Promise<Response>
}

/**
 * The editor of one file. Its page carries all fields of the composer, so that nothing is saved and
 * nothing that was typed is lost. With `?dialog=1`, only the editor, for the composer's script.
 */
export const editingRoutes = (deps: WebDeps, view: Renderer, page: ComposerPage) =>
  forMembers.createApp().post('/w/:workspace/posts/edit-file', requireMember(), async (c) => {
    const body = await readForm(c, composerMaxBytes)
    const form = formOfRequest(body, c.var.workspace)
    const [act = '', opened = ''] = textIn(body, 'act').split(':')
    const id = opened || textIn(body, 'edit.file')
    if (!isId(id)) throw new HTTPException(404)
    const post = await page.findPost(c, body.get('post'))
    const composer = await loadComposer(deps, c.var.workspace, post, form, false)
    const media = composer.media.find((one) => one.id === id)
    const dialog = c.req.query('dialog') === '1'
    if (!media || composer.mediaFrozen || act === 'cancel') {
      // The page goes back to the composer, so that nothing is lost if the file was deleted meanwhile.
      if (dialog || !form.media.some((one) => one.id === id)) throw new HTTPException(404)
      return page.showComposer(c, post, form)
    }
    if (media.conversion) {
      if (dialog) throw new HTTPException(409, { message: 'This video can’t be edited yet.' })
      const data = { media, base: `/w/${c.var.workspace.slug}`, kept: keptIn(body) }
      return view.page(c, 'posts/editing/not-ready', data, 409)
    }
    const typed =
      act === 'edit' || act === 'reset'
        ? openedFields(composer, media, act === 'reset')
        : typedIn(body, act)
    const read = readEditor(media, typed, coverOf(composer, media))
    const isRefused = Object.keys(read.faults).length > 0
    if (act === 'done' && !isRefused)
      return page.showComposer(c, post, withEdits(composer, form, media, read))
    const coverMs = read.faults.cover ? null : read.coverMs
    const drawn = isRefused
      ? typed
      : {
          ...editorFieldsOf(media, read.edits, coverMs, null),
          shape: typed.shape,
          was: typed.shape,
        }
    const base = `/w/${c.var.workspace.slug}`
    const data = editorView(composer, media, {
      typed: drawn,
      read,
      base,
      kept: dialog ? [] : keptIn(body),
      dialog,
    })
    if (dialog) return view.partial(c, 'posts/editing/_editor', data)
    return view.page(c, 'posts/editing/edit-file', data, isRefused ? 422 : 200)
  })

const textIn = (body: FormData, name: string): string => {
  const value = body.get(name)
  return typeof value === 'string' ? value : ''
}

/** `empty`: the file as it is. */
const openedFields = (composer: Composer, media: ComposedMedia, empty: boolean): EditorFields => {
  if (empty) return editorFieldsOf(media, null, null, null)
  return editorFieldsOf(media, media.edits, coverOf(composer, media), startShape(composer, media))
}

const typedIn = (body: FormData, act: string): EditorFields => {
  const typed = Object.fromEntries(
    editorFieldNames.map((name) => [name, textIn(body, `edit.${name}`).slice(0, 40)]),
  ) as EditorFields
  if (act !== 'rotate') return typed
  // The frame belongs to the picture as it was, so it starts anew.
  return { ...typed, rotate: String((Number(typed.rotate) + 90) % 360 || 0), was: '', ...whole }
}

const whole = { x: '0', y: '0', width: '100', height: '100' }

/** Everything that the composer's form sent, without the pressed button. */
const keptIn = (body: FormData): [string, string][] =>
  [...body.entries()].flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && name !== 'act' && name !== 'marks' && !name.startsWith('edit.')
      ? [[name, value]]
      : [],
  )
