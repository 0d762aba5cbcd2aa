import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import { deleteDraft, findPost, type PostRow } from '../../db/posts.ts'
import { seeOther } from '../answers.ts'
import { type Composer, loadComposer } from '../composer.ts'
import { faultsOf } from '../composer-faults.ts'
import { formOfPost, formOfRequest, formToStart } from '../composer-form.ts'
import { composerView, type Mood } from '../composer-page.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../env.ts'
import { idParam, isId } from '../ids.ts'
import { type Done, saveDraft, schedule } from '../post-acts.ts'
import type { PostForm } from '../post-form.ts'
import { loadPostPage } from '../post-page.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'
import { postActRoutes } from './post-acts.ts'

const one = '/w/:workspace/posts/:post'
type MemberContext = Context<MemberEnv>

/** Composing, and the page of a post. promise: U1, D3 */
export const postsRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get('/w/:workspace/posts/new', guard, (c) => showComposer(deps, view, c, null, formToStart(c), 'writing'))
    .post('/w/:workspace/posts/check', guard, async (c) => {
      const body = await c.req.formData()
      const post = await findGiven(deps, c, body.get('post'))
      return showComposer(deps, view, c, post, formOfRequest(body), 'writing', 'part')
    })
    .post('/w/:workspace/posts', guard, async (c) => take(deps, view, c, null, formOfRequest(await c.req.formData())))
    .get(one, guard, async (c) => {
      const page = await loadPostPage(deps, c.var.workspace, idParam(c, 'post'), c.req.query('did'))
      if (!page) throw new HTTPException(404)
      return view.page(c, 'posts/show', page)
    })
    .get(`${one}/edit`, guard, async (c) => {
      const post = await getPost(deps, c)
      return showComposer(deps, view, c, post, await formOfPost(deps, c.var.workspace, post), 'writing')
    })
    .post(one, guard, async (c) => take(deps, view, c, await getPost(deps, c), formOfRequest(await c.req.formData())))
    .post(`${one}/discard`, guard, (c) => discard(deps, c))
    .route('/', postActRoutes(deps, view))
}

/** Saves, schedules or publishes, as the pressed button says; refused, the same form comes back with everything typed. */
const take = async (deps: WebDeps, view: Renderer, c: MemberContext, post: PostRow | null, form: PostForm): Promise<Response> => {
  const { workspace, user } = c.var
  const actor = { workspace, userId: user.id }
  const act = form.act === 'save' && post?.state === 'scheduled' ? 'schedule' : form.act
  if (act === 'refresh') return showComposer(deps, view, c, post, form, 'writing')
  if (act === 'check') return showComposer(deps, view, c, post, form, 'schedule')
  const composer = await loadComposer(deps, workspace, post, form, act !== 'save')
  const refused = act === 'save' ? composer.time !== null && !composer.time.ok : faultsOf(composer, act, deps.now()).length > 0
  if (refused) return page(deps, view, c, composer, act, 422)
  const dueAt = act === 'now' || !composer.time?.ok ? new Date(deps.now()) : composer.time.dueAt
  const done = act === 'save' ? await saveDraft(deps, actor, composer) : await schedule(deps, actor, composer, dueAt)
  if (done === 'twice') return page(deps, view, c, await loadComposer(deps, workspace, post, form, false), act, 422)
  return afterwards(deps, view, c, form, done)
}

const afterwards = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  form: PostForm,
  done: Exclude<Done, 'twice'>,
): Promise<Response> => {
  if (done === 'gone') throw new HTTPException(404)
  const { workspace } = c.var
  if (done === 'conflict') {
    const current = await getPost(deps, c)
    return view.page(c, 'posts/conflict', { current, form, base: `/w/${workspace.slug}` }, 409)
  }
  return seeOther(c, `/w/${workspace.slug}/posts/${done.postId}?did=${done.eventId}`)
}

const showComposer = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  post: PostRow | null,
  form: PostForm,
  mood: Mood,
  part: 'page' | 'part' = 'page',
): Promise<Response> => {
  const composer = await loadComposer(deps, c.var.workspace, post, form, true)
  const data = composerView(deps, c.var.workspace, composer, mood)
  return part === 'part' ? view.partial(c, 'posts/_composer', data) : view.page(c, 'posts/compose', data)
}

const page = (deps: WebDeps, view: Renderer, c: MemberContext, composer: Composer, mood: Mood, status: number): Response =>
  view.page(c, 'posts/compose', composerView(deps, c.var.workspace, composer, mood), status)

const getPost = async (deps: WebDeps, c: MemberContext): Promise<PostRow> => {
  const post = await findPost(deps.sql, { workspaceId: c.var.workspace.id, postId: idParam(c, 'post') })
  if (!post) throw new HTTPException(404)
  return post
}

const findGiven = async (deps: WebDeps, c: MemberContext, id: unknown): Promise<PostRow | null> => {
  if (!isId(id)) return null
  const post = await findPost(deps.sql, { workspaceId: c.var.workspace.id, postId: id })
  if (!post) throw new HTTPException(404)
  return post
}

/** Deletes a draft for good; what was ever scheduled is canceled instead and keeps its history. */
const discard = async (deps: WebDeps, c: MemberContext): Promise<Response> => {
  const { workspace, user } = c.var
  const postId = idParam(c, 'post')
  const gone = await tx(deps.sql, async (t) => {
    if (!(await deleteDraft(t, { workspaceId: workspace.id, postId }))) return false
    await recordEvent(t, { name: 'post.discarded', workspaceId: workspace.id, userId: user.id, subjectId: postId })
    return true
  })
  if (!gone) throw new HTTPException(404)
  return seeOther(c, `/w/${workspace.slug}/calendar`)
}
