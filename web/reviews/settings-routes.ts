import type { Context } from 'hono'
import { z } from 'zod'
import { recordEvent } from '../../db/notifications/events.ts'
import { listMembers } from '../../db/people/memberships.ts'
import { tx } from '../../db/postgres/connect.ts'
import { endStrangeLinks } from '../../db/posts/review-links/links.ts'
import { askForAll, moveStages } from '../../db/posts/reviews/reviews.ts'
import {
  changeReviewSettings,
  getReviewSettings,
  listApprovers,
  replaceReviewers,
  reviewPaths,
  reviewScopes,
} from '../../db/posts/reviews/settings.ts'
import { formFields, formList, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'

const path = '/w/:workspace/settings/review'
const settings = z.object({
  reviewOf: z.enum(reviewScopes, { error: 'Choose which posts need approval.' }),
  reviewStages: z.enum(reviewPaths, { error: 'Choose who approves.' }),
})

/** Which posts need approval, and who gives it. For admins. */
export const reviewSettingsRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(path, requireMember('admin'), async (c) => {
      const values = await getReviewSettings(deps.sql, c.var.workspace.id)
      const approvers = await listApprovers(deps.sql, c.var.workspace.id)
      const chosen = approvers.filter((one) => one.isChosen).map((one) => one.userId)
      return show(deps, view, c, { ...values, reviewers: chosen }, {})
    })
    .post(path, requireMember('admin'), async (c) => {
      const fields = await formFields(c)
      const reviewers = await formList(c, 'reviewer')
      const read = settings.safeParse(fields)
      if (!read.success) {
        const errors = Object.fromEntries(
          read.error.issues.map(({ path: [name], message }) => [String(name), message]),
        )
        return show(deps, view, c, { ...fields, reviewers }, errors, 422)
      }
      const { id, slug } = c.var.workspace
      const members = (await listMembers(deps.sql, id)).map(({ userId }) => userId)
      await tx(deps.sql, async (t) => {
        await changeReviewSettings(t, id, read.data)
        await replaceReviewers(
          t,
          id,
          members.filter((userId) => reviewers.includes(userId)),
        )
        await endStrangeLinks(t, id, new Date(deps.now()))
        await moveStages(t, id)
        const asked = await askForAll(t, id)
        await recordEvent(t, {
          name: 'review.settings',
          workspaceId: id,
          userId: c.var.user.id,
          subjectId: id,
          facts: { of: read.data.reviewOf, stages: read.data.reviewStages, asked },
        })
      })
      return seeOther(c, `/w/${slug}/settings/review`, 'review-saved')
    })

type Values = { reviewOf?: string; reviewStages?: string; reviewers: string[] }

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  values: Values,
  errors: Record<string, string>,
  status: 200 | 422 = 200,
): Promise<Response> => {
  const members = await listMembers(deps.sql, c.var.workspace.id)
  return view.page(
    c,
    'settings/review',
    { values, errors, members: members.filter((one) => !one.deactivatedAt) },
    status,
  )
}
