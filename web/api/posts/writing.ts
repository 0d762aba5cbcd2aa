import { z } from '@hono/zod-openapi'
import { findChannelsToCompose } from '../../../db/channels/account-facts.ts'
import { findPost, type PostRow } from '../../../db/posts/posts.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import { freshFacts } from '../../channels/account-facts.ts'
import type { WebDeps } from '../../http/env.ts'
import { loadComposer, withRole } from '../../posts/composer.ts'
import type { Done } from '../../posts/post-acts.ts'
import type { PostForm } from '../../posts/post-form.ts'
import { type Saved, saveDraft, schedule } from '../../posts/post-saving.ts'
import type { Caller } from '../caller.ts'
import { type Api, writing } from '../operation.ts'
import { ApiProblem, notFound } from '../problems.ts'
import { formOfChange, formOfContent, requireKnown, requireNoFaults } from './forms.ts'
import { newPost, postChange, writtenPost } from './schemas.ts'
import { writtenShape } from './shapes.ts'

export const one = { id: z.uuid() }
export const about = { tag: 'Posts', answer: writtenPost } as const

export const writePosts = (api: Api, deps: WebDeps): void => {
  writing(
    api,
    deps,
    {
      ...about,
      method: 'post',
      path: '/posts',
      id: 'createPost',
      summary: 'Create a draft',
      description: 'It is not checked by the rules of the platforms until it is scheduled.',
      scope: 'draft',
      status: 201,
      body: newPost,
    },
    async ({ deps, caller, body }) => {
      const form = formOfContent(caller, body)
      const composer = await loadComposer(deps, caller.workspace, null, form, false)
      requireKnown(deps, body, composer)
      return answerTo(deps, caller, await saveDraft(deps, actorOf(caller), composer))
    },
  )
  writing(
    api,
    deps,
    {
      ...about,
      method: 'patch',
      path: '/posts/{id}',
      id: 'updatePost',
      summary: 'Change a post',
      description:
        'Fields that are left out stay; a list replaces the whole list. If the post is scheduled, this changes what goes out, is checked by all rules, and needs the scope `schedule` too.',
      scope: 'draft',
      params: one,
      body: postChange,
      ifMatch: 'required',
      before: ({ deps, caller, params }) => askAccounts(deps, caller, params.id),
    },
    async ({ deps, caller, params, body, version }) => {
      const post = await getPost(deps, caller, params.id, version)
      const isScheduled = post.state === 'scheduled'
      if (isScheduled && !caller.scopes.includes('schedule'))
        throw new ApiProblem(
          403,
          'scope_missing',
          'This post is scheduled. To change it, a key needs the scope “schedule”.',
        )
      const form = await formOfChange(deps, caller, post, body)
      const composer = await loadComposer(deps, caller.workspace, post, form, false)
      requireKnown(deps, body, composer)
      if (!isScheduled)
        return answerTo(deps, caller, await saveDraft(deps, actorOf(caller), composer))
      requireNoFaults(composer, 'schedule', deps.now())
      return answerTo(deps, caller, await schedule(deps, actorOf(caller), composer))
    },
  )
}

export const actorOf = ({ workspace, userId }: Caller) => ({ workspace, userId })

/** Asks platforms for facts about the accounts, as the composer does. May take seconds. */
export const askAccounts = async (
  deps: WebDeps,
  { workspace }: Caller,
  postId: string,
): Promise<void> => {
  const post = await findPost(deps.sql, { workspaceId: workspace.id, postId })
  if (!post) return
  const kept = Object.keys(post.choices)
  const { channels } = await findChannelsToCompose(deps.sql, workspace.id, { kept, find: '' })
  await freshFacts(
    deps,
    workspace.id,
    channels.filter(({ id }) => kept.includes(id)),
  )
}

/** 412 if the post isn't the version that the request is based on. */
export const getPost = async (
  deps: WebDeps,
  { workspace }: Caller,
  postId: string,
  version: number | null,
): Promise<PostRow> => {
  const post = await findPost(deps.sql, { workspaceId: workspace.id, postId })
  if (!post) throw notFound('post')
  if (version !== null && version !== post.version) throw changed()
  return post
}

/** Checks the form by all rules and schedules it, or publishes it now. */
export const scheduleForm = async (
  deps: WebDeps,
  caller: Caller,
  post: PostRow,
  form: PostForm,
): Promise<JsonRecord> => {
  const loaded = await loadComposer(deps, caller.workspace, post, form, false)
  const composer = withRole(loaded, caller.role)
  requireNoFaults(composer, form.act === 'now' ? 'now' : 'schedule', deps.now())
  return answerTo(deps, caller, await schedule(deps, actorOf(caller), composer))
}

const changed = (): ApiProblem =>
  new ApiProblem(
    412,
    'post_changed',
    'Someone has changed this post since. Get it again, then decide.',
  )

/** The post as it is now, in the same transaction. */
export const answerTo = async (
  deps: WebDeps,
  caller: Caller,
  done: Saved | Done,
): Promise<JsonRecord> => {
  if (done === 'gone') throw notFound('post')
  if (done === 'conflict') throw changed()
  if (done === 'twice')
    throw new ApiProblem(
      409,
      'posted_twice',
      'The same content goes out on one of these accounts within a day. To publish it again, send `twice: true`.',
    )
  if (done === 'lost')
    throw new ApiProblem(409, 'file_deleted', 'A file of this post was deleted. Nothing was saved.')
  if ('goOn' in done) throw new Error('a form without a key has gone on')
  const ref = { workspaceId: caller.workspace.id, postId: done.postId }
  const post = await findPost(deps.sql, ref)
  if (!post) throw new Error('a post that was just written is not there')
  return writtenShape(post, await listTargets(deps.sql, ref), done.changes)
}
