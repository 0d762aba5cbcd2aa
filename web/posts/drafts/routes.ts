import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { dropUnsavedEdit } from '../../../db/posts/drafts/unsaved-edits.ts'
import { listVersions } from '../../../db/posts/drafts/versions.ts'
import { listPostHistory } from '../../../db/posts/post-history.ts'
import { findPost, type PostRow } from '../../../db/posts/posts.ts'
import { seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { composerMaxBytes } from '../../http/forms/body.ts'
import { readForm } from '../../http/forms/forms.ts'
import { idParam, isId } from '../../http/ids.ts'
import { requireMember } from '../../http/session.ts'
import { formats } from '../../time/formats.ts'
import { loadComposer } from '../composer.ts'
import { formOfRequest } from '../composer-form.ts'
import { type Autosaved, autosave } from './autosaving.ts'

type MemberContext = Context<MemberEnv>

/** What the composer's script sends while a person writes. It gets words to show, as JSON. */
export const draftRoutes = (deps: WebDeps) =>
  forMembers
    .createApp()
    .post('/w/:workspace/posts/autosave', requireMember(), async (c) => {
      const body = await readForm(c, composerMaxBytes)
      requireSamePerson(c, body)
      const { workspace, user } = c.var
      const form = formOfRequest(body, workspace)
      const given = body.get('post')
      const ref = { workspaceId: workspace.id, postId: isId(given) ? given : '' }
      const post = isId(given) ? await findPost(deps.sql, ref) : null
      if (isId(given) && !post) return c.json({ as: 'gone' }, 404)
      const composer = await loadComposer(deps, workspace, post, form, false)
      const saved = await autosave(deps, { workspace, userId: user.id }, composer)
      c.header('Cache-Control', 'no-store')
      if (saved.as === 'empty') return c.body(null, 204)
      if (saved.as === 'gone') return c.json({ as: 'gone' }, 404)
      const at = `/w/${workspace.slug}/posts/${saved.postId}`
      return c.json({ ...saved, at, words: await wordsOf(deps, c, saved, post) })
    })
    .post('/w/:workspace/posts/:post/unsaved/discard', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, postId: idParam(c, 'post') }
      if (!(await findPost(deps.sql, ref))) throw new HTTPException(404)
      await dropUnsavedEdit(deps.sql, { ...ref, userId: c.var.user.id })
      return seeOther(c, `/w/${c.var.workspace.slug}/posts/${ref.postId}/edit`, 'edit-discarded')
    })

/**
 * The page was opened by one person. If another has signed in since in the same browser, the words
 * aren't theirs.
 */
export const requireSamePerson = (c: MemberContext, body: FormData): void => {
  const by = body.get('by')
  if (isId(by) && by.toLowerCase() !== c.var.user.id)
    throw new HTTPException(403, { message: 'Someone else has signed in since you opened this.' })
}

const wordsOf = async (
  deps: WebDeps,
  c: MemberContext,
  saved: Extract<Autosaved, { postId: string }>,
  post: PostRow | null,
): Promise<string> => {
  const time = formats(c.var.workspace, deps.now()).time(new Date(deps.now()))
  if (saved.as === 'saved') return `Saved ${time}`
  if (saved.as === 'aside') return `Kept at ${time}. Choose Save to change the post.`
  if (saved.as === 'twice') return 'You also edited this post in another tab. Both texts are kept.'
  const who = await lastEditor(deps, c, saved.postId)
  const what = post?.state === 'scheduled' ? 'post' : 'draft'
  return who === 'you' ? `You changed this ${what} in another tab.` : `${who} changed this ${what}.`
}

/** Who changed a post last: `you`, or a name. */
const lastEditor = async (deps: WebDeps, c: MemberContext, postId: string): Promise<string> => {
  const ref = { workspaceId: c.var.workspace.id, postId }
  const [[latest], [act]] = await Promise.all([
    listVersions(deps.sql, ref, 1),
    listPostHistory(deps.sql, ref),
  ])
  const isTyped = latest !== undefined && (!act || latest.savedAt >= act.at)
  if (isTyped && latest.userId === c.var.user.id) return 'you'
  return (isTyped ? latest.userName : act?.userName) ?? 'Someone'
}
