import type { Context } from 'hono'
import { findCaption } from '../../../db/posts/captions/captions.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import {
  forMembers,
  type MemberEnv,
  memberIn,
  type WebDeps,
  type Workspace,
} from '../../http/env.ts'
import { composerMaxBytes } from '../../http/forms/body.ts'
import { readForm } from '../../http/forms/forms.ts'
import { isId } from '../../http/ids.ts'
import type { View } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { withCaption } from '../captions/caption.ts'
import { formOfRequest } from '../composer-form.ts'
import { addNamedLabel, labelsOfPostMax } from '../labels/label.ts'
import { linkRoutes } from '../links/routes.ts'
import type { PostForm } from '../post-form.ts'

type MemberContext = Context<MemberEnv>
type ComposerPage = {
  findPost(c: MemberContext, id: unknown): Promise<PostRow | null>
  /** `more`: what the templates show besides the composer, such as an error. */
  redraw(c: MemberContext, post: PostRow | null, form: PostForm, more: View): Promise<Response>
}

/**
 * What the composer's tools do on the server. Each answers with the composer as it is then, so that
 * nothing that was typed is lost.
 */
export const toolRoutes = (deps: WebDeps, page: ComposerPage) =>
  forMembers
    .createApp()
    .post('/w/:workspace/posts/insert-caption', requireMember(), async (c) => {
      const body = await readForm(c, composerMaxBytes)
      const form = formOfRequest(body, c.var.workspace)
      const post = await page.findPost(c, body.get('post'))
      const captionId = body.get('caption')
      if (!isId(captionId)) return page.redraw(c, post, form, {})
      const caption = await findCaption(deps.sql, { workspaceId: c.var.workspace.id, captionId })
      return page.redraw(c, post, caption ? withText(form, caption.text) : form, {})
    })
    .post('/w/:workspace/posts/add-label', requireMember(), async (c) => {
      const body = await readForm(c, composerMaxBytes)
      const form = formOfRequest(body, c.var.workspace)
      const post = await page.findPost(c, body.get('post'))
      const actor = memberIn(c)
      const added = await addTypedLabel(deps, actor, form)
      if ('error' in added) return page.redraw(c, post, form, { labelError: added.error })
      return page.redraw(c, post, added.form, {})
    })
    .route('/', linkRoutes(deps, page))

/** The form with the caption below the text of the open tab. */
const withText = (form: PostForm, caption: string): PostForm => {
  if (form.tab === '' || form.tab === 'all')
    return { ...form, text: withCaption(form.text, caption) }
  const own = form.variants[form.tab] || form.text
  return { ...form, variants: { ...form.variants, [form.tab]: withCaption(own, caption) } }
}

/** Gives the form the label whose name was typed. Returns the same form if none was. */
export const addTypedLabel = async (
  deps: WebDeps,
  actor: { workspace: Workspace; userId: string },
  form: PostForm,
): Promise<{ form: PostForm } | { error: string }> => {
  if (form.newLabel.trim() === '') return { form }
  if (form.labels.length >= labelsOfPostMax)
    return { error: `A post can have ${labelsOfPostMax} labels. Remove one first.` }
  const added = await addNamedLabel(deps, actor, { name: form.newLabel })
  if ('error' in added) return added
  return { form: { ...form, newLabel: '', labels: [...new Set([...form.labels, added.label.id])] } }
}
