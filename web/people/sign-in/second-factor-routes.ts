import { z } from 'zod'
import { recordEvent } from '../../../db/notifications/events.ts'
import { requireInWorkspace, requireOfOperators } from '../../../db/people/second-factor.ts'
import { resetSecondFactor } from '../../../db/people/second-factor-reset.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { seeOther } from '../../http/answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../../http/env.ts'
import { formFields } from '../../http/forms/forms.ts'
import type { Renderer } from '../../http/render.ts'
import { demandSecondFactor, requireMember, requireOperator } from '../../http/session.ts'
import { requireFresh } from './confirming.ts'
import { resetByAdmin } from './second-factor-reset.ts'

/** Requiring two-step sign-in, and resetting it for a member who lost all second factors. */
export const secondFactorRoutes = (deps: WebDeps, view: Renderer) => {
  const fresh = requireFresh(deps, view)
  const admin = requireMember('admin') as never
  return forUsers
    .createApp()
    .post('/w/:workspace/people/second-factor', admin, fresh, async (c) => {
      const { id, slug } = workspaceOf(c)
      const isRequired = (await formFields(c)).required === 'yes'
      // Whoever turns this on must use it themselves, so that they don't lock themselves out.
      if (isRequired && !c.get('session').secondFactorAt) return demandSecondFactor(c)
      await tx(deps.sql, async (t) => {
        if (!(await requireInWorkspace(t, id, isRequired))) return
        const name = isRequired
          ? 'workspace.second_factor_required'
          : 'workspace.second_factor_optional'
        await recordEvent(t, { name, workspaceId: id, userId: c.get('user').id, subjectId: id })
      })
      return seeOther(
        c,
        `/w/${slug}/people`,
        isRequired ? 'second-factor-required' : 'second-factor-optional',
      )
    })
    .post('/w/:workspace/people/:user/second-factor', admin, fresh, async (c) => {
      const { id: workspaceId, slug } = workspaceOf(c)
      const userId = z.uuid().safeParse(c.req.param('user')).data ?? null
      const act = { workspaceId, userId, byId: c.get('user').id, now: new Date(deps.now()) }
      return (await resetByAdmin(deps.sql, act))
        ? seeOther(c, `/w/${slug}/people`, 'second-factor-reset')
        : c.notFound()
    })
    .post('/operate/people/:user/second-factor', requireOperator, fresh, async (c) => {
      const userId = z.uuid().safeParse(c.req.param('user')).data
      const byId = c.get('user').id
      // Operators remove their own on the account page: someone who is signed in hasn't lost it.
      if (!userId || userId === byId) return c.notFound()
      const wasReset = await tx(deps.sql, (t) =>
        resetSecondFactor(t, userId, byId, new Date(deps.now())),
      )
      return wasReset ? seeOther(c, '/operate/people', 'second-factor-reset') : c.notFound()
    })
    .post('/operate/second-factor', requireOperator, fresh, async (c) => {
      const isRequired = (await formFields(c)).required === 'yes'
      if (isRequired && !c.get('session').secondFactorAt) return demandSecondFactor(c)
      await tx(deps.sql, async (t) => {
        if (!(await requireOfOperators(t, isRequired))) return
        const name = isRequired
          ? 'installation.second_factor_required'
          : 'installation.second_factor_optional'
        await recordEvent(t, { name, workspaceId: null, userId: c.get('user').id, subjectId: null })
      })
      return seeOther(
        c,
        '/operate',
        isRequired ? 'second-factor-required' : 'second-factor-optional',
      )
    })
}

const workspaceOf = (c: AnyContext): { id: string; slug: string } => c.get('workspace')
