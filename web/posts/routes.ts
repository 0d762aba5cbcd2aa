import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { findPost, type PostRow } from '../../db/posts/posts.ts'
import { isPartial, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { composerMaxBytes } from '../http/forms/body.ts'
import { readForm } from '../http/forms/forms.ts'
import { idParam, isId } from '../http/ids.ts'
import type { Renderer, View } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { postActRoutes } from './act-routes.ts'
import { quickView } from './calendar/quick-view.ts'
import { saveAsCaption } from './captions/from-post.ts'
import { type Composer, loadComposer, withRole } from './composer.ts'
import { faultsOf } from './composer-faults.ts'
import { formOfRequest, formToStart, leftOf } from './composer-form.ts'
import { composerView, type Mood } from './composer-page.ts'
import { discussionRoutes } from './discussion/routes.ts'
import { seeDiscussion } from './discussion/seen.ts'
import { openPost } from './drafts/opening.ts'
import { draftRoutes, requireSamePerson } from './drafts/routes.ts'
import { versionRoutes } from './drafts/version-routes.ts'
import { editingRoutes } from './editing/routes.ts'
import type { Done } from './post-acts.ts'
import { loadChanged } from './post-changed.ts'
import type { PostForm } from './post-form.ts'
import { loadPostPage } from './post-page.ts'
import { saveDraft, schedule } from './post-saving.ts'
import { addTypedLabel, toolRoutes } from './tools/routes.ts'

const one = '/w/:workspace/posts/:post'
type MemberContext = Context<MemberEnv>

/** The composer and the page of a post. promise: U1, D3 */
export const postsRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get('/w/:workspace/posts/new', guard, (c) =>
      showComposer(deps, view, c, null, formToStart(c), 'writing'),
    )
    .post('/w/:workspace/posts/check', guard, async (c) => {
      const body = await readForm(c, composerMaxBytes)
      const post = await findGiven(deps, c, body.get('post'))
      const form = formOfRequest(body, c.var.workspace)
      return changedParts(
        deps,
        view,
        c,
        await loadComposer(deps, c.var.workspace, post, form, true),
      )
    })
    .route(
      '/',
      editingRoutes(deps, view, {
        findPost: (c, id) => findGiven(deps, c, id),
        showComposer: (c, post, form) => showComposer(deps, view, c, post, form, 'writing'),
      }),
    )
    .route(
      '/',
      toolRoutes(deps, {
        findPost: (c, id) => findGiven(deps, c, id),
        redraw: (c, post, form, more) => drawAgain(deps, view, c, post, form, more),
      }),
    )
    .route('/', draftRoutes(deps))
    .route('/', versionRoutes(deps, view))
    .post('/w/:workspace/posts', guard, async (c) => take(deps, view, c, null, await postedForm(c)))
    .get(one, guard, async (c) => {
      const page = await loadPostPage(deps, c.var.workspace, idParam(c, 'post'), c.var.user.id, {
        did: c.req.query('did'),
      })
      if (!page) throw new HTTPException(404)
      if (c.req.query('part') === 'quick')
        return view.partial(c, 'calendar/_quick', quickView(c, page))
      await seeDiscussion(deps, c, page)
      return view.page(c, 'posts/show', page)
    })
    .get(`${one}/edit`, guard, async (c) => {
      const post = await getPost(deps, c)
      const opened = await openPost(deps, c.var.workspace, c.var.user.id, post)
      if (opened.isChanged) return showBoth(deps, view, c, post, opened.form, 200)
      return showComposer(deps, view, c, post, opened.form, 'writing', opened.unsavedAt)
    })
    .post(one, guard, async (c) => take(deps, view, c, await getPost(deps, c), await postedForm(c)))
    .route('/', discussionRoutes(deps, view))
    .route('/', postActRoutes(deps, view))
}

const postedForm = async (c: MemberContext): Promise<PostForm> => {
  const body = await readForm(c, composerMaxBytes)
  requireSamePerson(c, body)
  return formOfRequest(body, c.var.workspace)
}

/**
 * Saves, schedules or publishes, depending on the pressed button. If refused, shows the form again
 * with everything that was typed.
 */
const take = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  post: PostRow | null,
  form: PostForm,
): Promise<Response> => {
  const { workspace, user } = c.var
  const actor = { workspace, userId: user.id }
  const act = actOf(form, post)
  if (act === 'refresh') return showComposer(deps, view, c, post, form, 'writing')
  if (act === 'check') return showComposer(deps, view, c, post, form, 'schedule')
  const labeled = await addTypedLabel(deps, actor, form)
  if ('error' in labeled) return drawAgain(deps, view, c, post, form, { labelError: labeled.error })
  if (labeled.form !== form) return take(deps, view, c, post, labeled.form)
  const composer = await loadComposer(deps, workspace, post, form, act !== 'save')
  const refused =
    act === 'save'
      ? composer.time !== null && !composer.time.ok
      : faultsOf(withRole(composer, c.var.role), act, deps.now()).length > 0
  if (refused) return page(deps, view, c, composer, act, 422)
  const saved =
    act === 'save' ? await saveDraft(deps, actor, composer) : await schedule(deps, actor, composer)
  if (saved === 'twice')
    return page(deps, view, c, await loadComposer(deps, workspace, post, form, false), act, 422)
  if (saved === 'lost') {
    const left = await loadComposer(deps, workspace, post, form, true)
    return page(deps, view, c, left, 'writing', 422, { hasLost: true })
  }
  if (typeof saved === 'object' && 'goOn' in saved) {
    const { subjectId, version } = saved.goOn
    const made = await findPost(deps.sql, { workspaceId: workspace.id, postId: subjectId })
    return take(deps, view, c, made, {
      ...form,
      version: version ?? 0,
      left: form.left ?? 0,
      goesOn: true,
    })
  }
  return afterwards(deps, view, c, post, form, saved)
}

/** A scheduled post can't be saved without its times. Asking for approval schedules too. */
const actOf = ({ act }: PostForm, post: PostRow | null) =>
  act === 'ask' || (act === 'save' && post?.state === 'scheduled') ? 'schedule' : act

const afterwards = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  post: PostRow | null,
  form: PostForm,
  saved: Done,
): Promise<Response> => {
  const current =
    saved === 'conflict' && post
      ? await findPost(deps.sql, { workspaceId: post.workspaceId, postId: post.id })
      : null
  if (current) return showBoth(deps, view, c, current, form, 409)
  if (typeof saved !== 'object') throw new HTTPException(404)
  const { workspace, user } = c.var
  const base = `/w/${workspace.slug}`
  const at = `${base}/posts/${saved.postId}`
  if (form.afterSaving === 'close') return seeOther(c, `${base}/calendar?did=${saved.eventId}`)
  if (form.afterSaving === 'duplicate') return seeOther(c, `${at}/duplicate-to`)
  if (form.afterSaving === 'caption') {
    const by = { workspaceId: workspace.id, userId: user.id }
    return seeOther(c, `${at}/edit`, await saveAsCaption(deps, by, form))
  }
  return seeOther(c, `${at}?did=${saved.eventId}`)
}

/**
 * For an edit of a post that was changed in the meantime. Nothing is saved. The form comes back with
 * everything that was typed, below the current version. Submitting it again edits that version.
 */
const showBoth = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  current: PostRow,
  form: PostForm,
  status: number,
): Promise<Response> => {
  const { workspace } = c.var
  // With a new key, because what the former one has saved is older than the current version.
  const onCurrent = { ...form, version: current.version, key: '', aside: true }
  const composer = await loadComposer(deps, workspace, current, onCurrent, true)
  const changed = await loadChanged(deps, workspace, current.id)
  const again = { ...composer, form: { ...composer.form, left: leftOf(composer.targets) } }
  return page(deps, view, c, again, 'writing', status, { changed })
}

/** The composer again after one of its tools: what has changed, or without script the whole page. */
const drawAgain = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  post: PostRow | null,
  form: PostForm,
  more: View = {},
): Promise<Response> => {
  const composer = await loadComposer(deps, c.var.workspace, post, form, true)
  return isPartial(c)
    ? changedParts(deps, view, c, composer, more)
    : page(deps, view, c, composer, 'writing', Object.keys(more).length > 0 ? 422 : 200, more)
}

/** The parts of the composer that differ from those that the page has. */
const changedParts = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  composer: Composer,
  more: View = {},
): Promise<Response> => {
  const body = await readForm(c, composerMaxBytes)
  return view.changes(
    c,
    'posts/composer/_composer',
    {
      ...composerView(deps, c.var.workspace, withRole(composer, c.var.role), 'writing'),
      ...more,
    },
    String(body.get('marks') ?? ''),
    body.has('add') ? ['files'] : [],
  )
}

const showComposer = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  post: PostRow | null,
  form: PostForm,
  mood: Mood,
  unsavedAt: Date | null = null,
): Promise<Response> => {
  const composer = await loadComposer(deps, c.var.workspace, post, form, true)
  return page(deps, view, c, composer, mood, 200, { unsavedAt })
}

const page = (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  composer: Composer,
  mood: Mood,
  status: number,
  more: View = {},
): Response =>
  view.page(
    c,
    'posts/compose',
    {
      ...composerView(deps, c.var.workspace, withRole(composer, c.var.role), mood),
      wordsKey: wordsKey(deps, c),
      ...more,
    },
    status,
  )

/** Encrypts what the browser keeps, so that the next person who uses it can't read it. */
const wordsKey = ({ vault }: WebDeps, c: MemberContext): string =>
  vault.derive('words kept in a browser', c.var.user.id).toString('base64')

const getPost = async (deps: WebDeps, c: MemberContext): Promise<PostRow> => {
  const post = await findPost(deps.sql, {
    workspaceId: c.var.workspace.id,
    postId: idParam(c, 'post'),
  })
  if (!post) throw new HTTPException(404)
  return post
}

const findGiven = async (deps: WebDeps, c: MemberContext, id: unknown): Promise<PostRow | null> => {
  if (!isId(id)) return null
  const post = await findPost(deps.sql, { workspaceId: c.var.workspace.id, postId: id })
  if (!post) throw new HTTPException(404)
  return post
}
