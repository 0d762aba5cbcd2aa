import { z } from '@hono/zod-openapi'
import { getReviewSettings } from '../../../db/posts/reviews/settings.ts'
import type { WebDeps } from '../../http/env.ts'
import { loadComposer, withRole } from '../../posts/composer.ts'
import { faultsOf } from '../../posts/composer-faults.ts'
import { formOfPost } from '../../posts/composer-form.ts'
import { instant } from '../instants.ts'
import { type Api, reading, writing } from '../operation.ts'
import { atTime, partOf, ruled } from './forms.ts'
import { whenToPublish } from './schemas.ts'
import { about, askAccounts, getPost, one, scheduleForm } from './writing.ts'

const fault = z.object({
  code: z.string().openapi({ example: 'media_missing' }),
  field: z.string().openapi({ example: 'media' }),
  detail: z.string(),
  accountId: z.uuid().nullable(),
})

/** What a program can do with a post without the right to schedule it. */
export const checkPosts = (api: Api, deps: WebDeps): void => {
  reading(
    api,
    deps,
    {
      method: 'get',
      tag: 'Posts',
      path: '/posts/{id}/check',
      id: 'checkPost',
      summary: 'Check a post by all rules, without changing anything',
      scope: 'read',
      params: one,
      query: {
        at: instant.optional().openapi({
          description: 'A time to check too. Without it, only the content is checked.',
        }),
      },
      answer: z.object({
        ready: z.boolean().openapi({ description: 'No rule keeps it from being scheduled.' }),
        needsApproval: z.boolean().openapi({
          description: 'If it is scheduled, it waits for the approval of a person.',
        }),
        errors: z.array(fault),
      }),
    },
    async ({ deps, caller, params, query }) => {
      const post = await getPost(deps, caller, params.id, null)
      const stored = await formOfPost(deps.sql, caller.workspace, post)
      const form = query.at === undefined ? stored : atTime(stored, query.at)
      const loaded = await loadComposer(deps, caller.workspace, post, form, false)
      const composer = withRole(loaded, caller.role)
      const errors = faultsOf(composer, 'schedule', deps.now())
        .filter(({ place }) => query.at !== undefined || place !== 'time')
        .map((fault) => ({ ...partOf(fault), accountId: fault.channelId }))
      return { ready: errors.length === 0, needsApproval: composer.asksFirst, errors }
    },
  )
  writing(
    api,
    deps,
    {
      ...about,
      method: 'post',
      path: '/posts/{id}/review',
      id: 'askForReview',
      summary: 'Send a draft for approval',
      description:
        'It gets its time, and goes out then only if a person approves it before. Only where the workspace has approval turned on.',
      scope: 'draft',
      params: one,
      ifMatch: 'optional',
      body: whenToPublish,
      before: ({ deps, caller, params }) => askAccounts(deps, caller, params.id),
    },
    async ({ deps, caller, params, body, version }) => {
      const post = await getPost(deps, caller, params.id, version)
      if (post.state !== 'draft') throw ruled([scheduledAlready])
      const { reviewOf } = await getReviewSettings(deps.sql, caller.workspace.id)
      if (reviewOf === 'off') throw ruled([approvalOff])
      const form = atTime(await formOfPost(deps.sql, caller.workspace, post), body.at)
      const asked = { ...form, act: 'ask' as const, twice: body.twice ?? false }
      return scheduleForm(deps, caller, post, asked)
    },
  )
}

const scheduledAlready = {
  code: 'scheduled_already',
  field: 'id',
  detail: 'This post is scheduled already. Only a draft can be sent for approval.',
}

const approvalOff = {
  code: 'approval_off',
  field: 'id',
  detail:
    'This workspace has approval turned off. Leave the draft as it is: a person can schedule it.',
}
