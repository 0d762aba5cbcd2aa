import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { findUnsavedEdit } from '../../../db/posts/drafts/unsaved-edits.ts'
import { listVersions, type PostVersion, versionsKept } from '../../../db/posts/drafts/versions.ts'
import { findPost, type PostRow } from '../../../db/posts/posts.ts'
import { seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { formFields } from '../../http/forms/forms.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer, View } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { type Composer, loadComposer } from '../composer.ts'
import { titleOf } from '../post-title.ts'
import { readVersion } from '../seen.ts'
import { autosave } from './autosaving.ts'
import { formOf } from './opening.ts'

type MemberContext = Context<MemberEnv>
const one = '/w/:workspace/posts/:post/versions'

/** The last states of a post, to look at and to restore. Restoring makes another one. */
export const versionRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(one, requireMember(), async (c) => {
      const post = await getPost(deps, c)
      const versions = await listVersions(deps.sql, refOf(post))
      const shown = await Promise.all(versions.map((version) => viewOf(deps, c, post, version)))
      const data = { post, title: titleOf(post.text), versions: shown, versionsKept }
      return view.page(c, 'posts/drafts/versions', { ...data, base: baseOf(c) })
    })
    .post(`${one}/:version/restore`, requireMember(), async (c) => {
      const post = await getPost(deps, c)
      const id = idParam(c, 'version')
      const found = (await listVersions(deps.sql, refOf(post))).find((version) => version.id === id)
      if (!found) throw new HTTPException(404)
      const { workspace, user } = c.var
      const edit = `${baseOf(c)}/posts/${post.id}/edit`
      if (await findUnsavedEdit(deps.sql, { ...refOf(post), userId: user.id }))
        return seeOther(c, edit, 'unsaved-first')
      const seen = readVersion((await formFields(c)).version) ?? post.version
      const form = { ...(await formOf(deps, post, found.form)), version: seen }
      const composer = await loadComposer(deps, workspace, post, form, false)
      const saved = await autosave(deps, { workspace, userId: user.id }, composer, { apart: true })
      return seeOther(c, edit, saved.as === 'saved' ? 'version-restored' : undefined)
    })

const refOf = (post: PostRow) => ({ workspaceId: post.workspaceId, postId: post.id })
const baseOf = (c: MemberContext): string => `/w/${c.var.workspace.slug}`

const getPost = async (deps: WebDeps, c: MemberContext): Promise<PostRow> => {
  const ref = { workspaceId: c.var.workspace.id, postId: idParam(c, 'post') }
  const post = await findPost(deps.sql, ref)
  if (!post) throw new HTTPException(404)
  return post
}

const viewOf = async (
  deps: WebDeps,
  c: MemberContext,
  post: PostRow,
  version: PostVersion,
): Promise<View> => {
  const form = await formOf(deps, post, version.form)
  const composer = await loadComposer(deps, c.var.workspace, post, form, false)
  return {
    ...version,
    title: titleOf(version.form.text),
    isNow: version.version === post.version,
    texts: textsOf(deps, composer),
    labels: labelWords(composer),
    accounts: composer.channels
      .filter((one) => one.chosen)
      .map((one) => `${one.platform.label} · ${one.channel.name}`),
    media: composer.media,
    dueAt: composer.time?.ok ? composer.time.dueAt : null,
  }
}

const labelWords = ({ labels, form }: Composer): string =>
  labels
    .filter(({ id }) => form.labels.includes(id))
    .map(({ name }) => name)
    .join(', ')

/** The texts that single platforms have. */
const textsOf = (deps: WebDeps, { form }: Composer): { label: string; words: string }[] =>
  Object.entries(form.variants).flatMap(([name, words]) => {
    const platform = deps.platforms.platforms.get(name)
    return platform && words !== '' ? [{ label: `Text for ${platform.label}`, words }] : []
  })
