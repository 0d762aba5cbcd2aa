import type { Context } from 'hono'
import { recordEvent } from '../../../db/notifications/events.ts'
import { keepLinkTags } from '../../../db/people/workspaces.ts'
import { tx } from '../../../db/postgres/connect.ts'
import type { PostRow } from '../../../db/posts/posts.ts'
import { isPartial } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { composerMaxBytes } from '../../http/forms/body.ts'
import { readForm } from '../../http/forms/forms.ts'
import type { View } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { formOfRequest } from '../composer-form.ts'
import type { PostForm } from '../post-form.ts'
import { tagged } from './tagging.ts'
import { type LinkTags, linkTagsIn } from './tags.ts'

type MemberContext = Context<MemberEnv>
type ComposerPage = {
  findPost(c: MemberContext, id: unknown): Promise<PostRow | null>
  redraw(c: MemberContext, post: PostRow | null, form: PostForm, more: View): Promise<Response>
}

/**
 * Adds campaign tags to the links of the post that is being written, or removes them. The script
 * gets the fields that changed; without it, the composer comes back with the new texts.
 */
export const linkRoutes = (deps: WebDeps, page: ComposerPage) =>
  forMembers.createApp().post('/w/:workspace/posts/tag-links', requireMember(), async (c) => {
    const body = await readForm(c, composerMaxBytes)
    const form = formOfRequest(body, c.var.workspace)
    const post = await page.findPost(c, body.get('post'))
    const refuse = (tagError: string) =>
      isPartial(c) ? c.json({ error: tagError }, 422) : page.redraw(c, post, form, { tagError })
    const isRemoving = body.get('act') === 'untag'
    const given = isRemoving ? null : linkTagsIn.safeParse(form.tags)
    if (given && !given.success) return refuse(given.error.issues[0]?.message ?? '')
    const { form: to, changed } = tagged(form, given?.data ?? null)
    if (given && body.get('utm.keep') === 'yes') await keep(deps, c, given.data)
    const count = Object.keys(changed).length
    if (count === 0)
      return refuse(
        isRemoving
          ? 'No link of this post has campaign tags.'
          : 'This post has no link without these tags.',
      )
    if (!isPartial(c)) return page.redraw(c, post, to, {})
    return c.json({ fields: changed, words: isRemoving ? 'Tags removed.' : 'Tags added.' })
  })

/** For the next posts of the workspace. */
const keep = (deps: WebDeps, c: MemberContext, tags: LinkTags): Promise<void> =>
  tx(deps.sql, async (t) => {
    const workspaceId = c.var.workspace.id
    if (!(await keepLinkTags(t, workspaceId, tags))) return
    const about = { workspaceId, userId: c.var.user.id, subjectId: workspaceId }
    await recordEvent(t, { name: 'workspace.link_tags', ...about })
  })
