import type { PostRow } from '../../../db/posts/posts.ts'
import type { WebDeps } from '../../http/env.ts'
import { formOfPost } from '../../posts/composer-form.ts'
import { cancel, discard, duplicate, move } from '../../posts/post-acts.ts'
import type { Caller } from '../caller.ts'
import { type Api, writing } from '../operation.ts'
import { ApiProblem } from '../problems.ts'
import { atTime, ruled, wholeMinute } from './forms.ts'
import { newTime, now, whenToPublish, whereInQueue } from './schemas.ts'
import { writtenShape } from './shapes.ts'
import { about, actorOf, answerTo, askAccounts, getPost, one, scheduleForm } from './writing.ts'

const acts = { ...about, method: 'post', params: one, ifMatch: 'optional' } as const

export const actOnPosts = (api: Api, deps: WebDeps): void => {
  schedulePosts(api, deps)
  movePosts(api, deps)
  endPosts(api, deps)
}

/** What makes a post go out: the accounts say first what they accept now. */
const sends = {
  ...acts,
  before: ({ deps, caller, params }: { deps: WebDeps; caller: Caller; params: { id: string } }) =>
    askAccounts(deps, caller, params.id),
}

/** With the same checks as in the composer. */
const schedulePosts = (api: Api, deps: WebDeps): void => {
  writing(
    api,
    deps,
    {
      ...sends,
      path: '/posts/{id}/schedule',
      id: 'schedulePost',
      summary: 'Schedule a post for a time',
      scope: 'schedule',
      body: whenToPublish,
    },
    async ({ deps, caller, params, body, version }) => {
      const post = await getPost(deps, caller, params.id, version)
      const form = atTime(await formOfPost(deps.sql, caller.workspace, post), body.at)
      const asked = { ...form, act: 'schedule' as const, twice: body.twice ?? false }
      return scheduleForm(deps, caller, post, asked)
    },
  )
  writing(
    api,
    deps,
    {
      ...sends,
      path: '/posts/{id}/queue',
      id: 'queuePost',
      summary: 'Schedule a post for a free slot of each account',
      scope: 'schedule',
      body: whereInQueue,
    },
    async ({ deps, caller, params, body, version }) => {
      const post = await getPost(deps, caller, params.id, version)
      const form = await formOfPost(deps.sql, caller.workspace, post)
      const choice = body.place === 'next' ? ('slot' as const) : ('queue' as const)
      const asked = { ...form, time: choice, when: choice, fold: null }
      return scheduleForm(deps, caller, post, {
        ...asked,
        act: 'schedule',
        twice: body.twice ?? false,
      })
    },
  )
  writing(
    api,
    deps,
    {
      ...sends,
      path: '/posts/{id}/publish',
      id: 'publishPost',
      summary: 'Publish a post now',
      description: 'A draft is sent to all its accounts, a scheduled post to those that wait.',
      scope: 'publish',
      body: now,
    },
    async ({ deps, caller, params, body, version }) => {
      const post = await getPost(deps, caller, params.id, version)
      if (post.state === 'scheduled') {
        requireApproved(post)
        const time = { dueAt: new Date(deps.now()), zone: caller.workspace.zone }
        const seen = { postId: post.id, version: post.version }
        return answerTo(deps, caller, await move(deps, actorOf(caller), seen, time))
      }
      const form = await formOfPost(deps.sql, caller.workspace, post)
      const asked = { ...form, time: '', when: '' as const, act: 'now' as const }
      return scheduleForm(deps, caller, post, { ...asked, twice: body.twice ?? false })
    },
  )
}

/** Moved to now, it would only be held: its time would come before its approval. */
const requireApproved = ({ review }: PostRow): void => {
  if (review === null || review === 'approved') return
  throw ruled([
    {
      code: 'needs_approval',
      field: 'review',
      detail: 'This post needs approval first. It goes out at its time if it is approved by then.',
    },
  ])
}

const movePosts = (api: Api, deps: WebDeps): void => {
  writing(
    api,
    deps,
    {
      ...acts,
      path: '/posts/{id}/move',
      id: 'movePost',
      summary: 'Move a post to another time',
      description: 'Everything that was not sent gets the new time. A draft stays a draft.',
      scope: 'schedule',
      body: newTime,
    },
    async ({ deps, caller, params, body, version }) => {
      const dueAt = wholeMinute(body.at)
      if (dueAt.getTime() <= deps.now())
        throw ruled([
          { code: 'time_past', field: 'at', detail: 'This time has passed. Choose a later one.' },
        ])
      const seen = { postId: params.id, version }
      const time = { dueAt, zone: caller.workspace.zone }
      return answerTo(deps, caller, await move(deps, actorOf(caller), seen, time))
    },
  )
  writing(
    api,
    deps,
    {
      ...acts,
      path: '/posts/{id}/cancel',
      id: 'cancelPost',
      summary: 'Cancel everything that was not sent',
      scope: 'schedule',
    },
    async ({ deps, caller, params, version }) =>
      answerTo(deps, caller, await cancel(deps, actorOf(caller), { postId: params.id, version })),
  )
}

const endPosts = (api: Api, deps: WebDeps): void => {
  writing(
    api,
    deps,
    {
      ...about,
      method: 'post',
      params: one,
      path: '/posts/{id}/duplicate',
      id: 'duplicatePost',
      summary: 'Duplicate a post as a new draft',
      scope: 'draft',
      status: 201,
    },
    async ({ deps, caller, params }) =>
      answerTo(deps, caller, await duplicate(deps, actorOf(caller), params.id, null)),
  )
  writing(
    api,
    deps,
    {
      ...acts,
      method: 'delete',
      path: '/posts/{id}',
      id: 'deleteDraft',
      summary: 'Delete a draft',
      description: 'A post that was ever scheduled can’t be deleted, only canceled.',
      scope: 'draft',
    },
    async ({ deps, caller, params, version }) => {
      const post = await getPost(deps, caller, params.id, version)
      const seen = { postId: post.id, version: post.version }
      const done = await discard(deps, actorOf(caller), seen)
      if (done === 'gone')
        throw new ApiProblem(409, 'not_a_draft', 'This post was scheduled. Cancel it instead.')
      if (done === 'conflict') return answerTo(deps, caller, done)
      return writtenShape({ ...post, state: 'deleted' }, [], [])
    },
  )
}
