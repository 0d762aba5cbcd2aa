import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { listClosable } from '../../db/deactivation.ts'
import { recordEvent } from '../../db/events.ts'
import { insertInvitation, listOpenInvitations, revokeInvitation } from '../../db/invitations.ts'
import { listMembers } from '../../db/memberships.ts'
import { formFields, seeOther } from '../answers.ts'
import { closeAccount, reopenAccount } from '../closing.ts'
import { type AnyContext, forMembers, type WebDeps } from '../env.ts'
import { role } from '../fields.ts'
import { removeMember, setRole } from '../members.ts'
import type { Renderer } from '../render.ts'
import { requireFreshPassword, requireMember } from '../session.ts'

const base = '/w/:workspace/people'
const admin = requireMember('admin')

export const peopleRoutes = (deps: WebDeps, view: Renderer) => {
  // A browser left open must not make somebody an admin, or take the members away.
  const fresh = requireFreshPassword(deps)
  return forMembers
    .createApp()
    .get(base, admin, (c) => show(c, deps, view))
    .post(`${base}/invitations`, admin, async (c) => {
      const chosen = role.safeParse((await formFields(c)).role)
      if (!chosen.success) return show(c, deps, view, { errors: { role: chosen.error.issues[0]!.message } }, 422)
      const made = await invite(c, deps, chosen.data)
      // The code is shown on this page only, so this POST is answered by the page itself.
      return show(c, deps, view, { made: { ...made, role: chosen.data } })
    })
    .post(`${base}/invitations/:id/revoke`, admin, async (c) => {
      const id = z.uuid().safeParse(c.req.param('id'))
      if (!id.success || !(await revoke(c, deps, id.data))) return c.notFound()
      return seeOther(c, peoplePath(c), 'invitation-revoked')
    })
    .post(`${base}/:user/role`, admin, fresh, async (c) => {
      const chosen = role.safeParse((await formFields(c)).role)
      if (!chosen.success) return show(c, deps, view, { errors: { members: chosen.error.issues[0]!.message } }, 422)
      return changed(c, deps, view, await setRole(deps.sql, memberOf(c), chosen.data), 'role-changed')
    })
    .post(`${base}/:user/remove`, admin, fresh, async (c) => {
      const outcome = await removeMember(deps.sql, memberOf(c))
      const myself = c.req.param('user') === c.get('user').id
      return myself && outcome === 'done' ? seeOther(c, '/') : changed(c, deps, view, outcome, 'member-removed')
    })
    .post(`${base}/:user/deactivate`, admin, fresh, async (c) => {
      if (!(await closeAccount(deps.sql, memberOf(c), new Date(deps.now())))) return c.notFound()
      return seeOther(c, peoplePath(c), 'member-deactivated')
    })
    .post(`${base}/:user/reactivate`, admin, fresh, async (c) => {
      if (!(await reopenAccount(deps.sql, memberOf(c)))) return c.notFound()
      return seeOther(c, peoplePath(c), 'member-reactivated')
    })
}

const peoplePath = (c: AnyContext): string => `/w/${c.get('workspace').slug}/people`

type Page = { made?: { url: string; expiresAt: Date; role: string }; errors?: Record<string, string> }

const show = async (c: AnyContext, deps: WebDeps, view: Renderer, page: Page = {}, status = 200): Promise<Response> => {
  const { id } = c.get('workspace')
  const [members, closable, invitations] = await Promise.all([
    listMembers(deps.sql, id),
    listClosable(deps.sql, id, c.get('user').id),
    listOpenInvitations(deps.sql, id, new Date(deps.now())),
  ])
  return view.page(c, 'people/index', { members, closable, invitations, made: null, errors: {}, ...page }, status)
}

const invite = async (c: AnyContext, deps: WebDeps, as: 'manager' | 'admin') => {
  const workspaceId: string = c.get('workspace').id
  const userId: string = c.get('user').id
  const made = await tx(deps.sql, async (t) => {
    const invitation = await insertInvitation(t, {
      purpose: { workspaceId, role: as },
      createdBy: userId,
      now: new Date(deps.now()),
    })
    await recordEvent(t, { name: 'invitation.made', workspaceId, userId, subjectId: invitation.id, facts: { role: as } })
    return invitation
  })
  return { url: `${deps.config.publicUrl}/invitations/${made.code}`, expiresAt: made.expiresAt }
}

const revoke = async (c: AnyContext, deps: WebDeps, id: string): Promise<boolean> => {
  const workspaceId: string = c.get('workspace').id
  return await tx(deps.sql, async (t) => {
    const revoked = await revokeInvitation(t, workspaceId, id, new Date(deps.now()))
    if (revoked) await recordEvent(t, { name: 'invitation.revoked', workspaceId, userId: c.get('user').id, subjectId: id })
    return revoked
  })
}

const memberOf = (c: AnyContext) => ({
  workspaceId: c.get('workspace').id as string,
  userId: z.uuid().safeParse(c.req.param('user')).data ?? null,
  byId: c.get('user').id as string,
})

const changed = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  outcome: 'done' | 'absent' | 'last-admin',
  said: 'role-changed' | 'member-removed',
): Promise<Response> => {
  if (outcome === 'absent') return c.notFound() as Response
  if (outcome === 'done') return seeOther(c, peoplePath(c), said)
  const words = 'This is the last admin of the workspace. Make somebody else an admin first.'
  return await show(c, deps, view, { errors: { members: words } }, 409)
}
