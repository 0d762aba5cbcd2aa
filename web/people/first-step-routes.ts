import { dismissSteps } from '../../db/people/first-steps.ts'
import { seeOther } from '../http/answers.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import { requireMember } from '../http/session.ts'

/**
 * The card with the first steps on Today. Each person can dismiss it for themselves and undo that.
 */
export const firstStepsRoutes = (deps: WebDeps) =>
  forMembers
    .createApp()
    .post('/w/:workspace/today/steps/dismiss', requireMember(), async (c) => {
      const { workspace, user } = c.var
      await dismissSteps(
        deps.sql,
        { workspaceId: workspace.id, userId: user.id },
        new Date(deps.now()),
      )
      return seeOther(c, `/w/${workspace.slug}/today`, 'steps-dismissed', 'steps')
    })
    .post('/w/:workspace/today/steps/restore', requireMember(), async (c) => {
      const { workspace, user } = c.var
      await dismissSteps(deps.sql, { workspaceId: workspace.id, userId: user.id }, null)
      return seeOther(c, `/w/${workspace.slug}/today`)
    })
