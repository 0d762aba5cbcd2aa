import { z } from 'zod'
import { recordEvent } from '../../db/notifications/events.ts'
import {
  insertInvitation,
  restoreInvitation,
  revokeInvitation,
} from '../../db/people/invitations.ts'
import { tx } from '../../db/postgres/connect.ts'
import { type FormKey, keepFormKey, takeFormKey } from '../../db/posts/form-keys.ts'
import { didSince } from '../../db/posts/undoing.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { type AnyContext, forMembers, type WebDeps } from '../http/env.ts'
import { email, role } from '../http/forms/fields.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { undoMs } from '../posts/undoing.ts'
import { closeAccount, reopenAccount } from './closing.ts'
import { removeMember, setRole } from './members.ts'
import { showPeople } from './people-page.ts'
import { requireFresh } from './sign-in/confirming.ts'

const base = '/w/:workspace/people'
const admin = requireMember('admin')

export const peopleRoutes = (deps: WebDeps, view: Renderer) => {
  // A browser that was left open must not be usable to give or take away rights.
  const fresh = requireFresh(deps, view)
  return forMembers
    .createApp()
    .get(base, admin, (c) => showPeople(c, deps, view))
    .post(`${base}/invitations`, admin, fresh, async (c) => {
      const given = await formFields(c)
      const chosen = role.safeParse(given.role)
      const address = given.email?.trim() ? email.safeParse(given.email) : null
      if (!chosen.success || address?.success === false) {
        const errors = {
          ...(chosen.error ? { role: chosen.error.issues[0]!.message } : {}),
          ...(address?.error ? { email: address.error.issues[0]!.message } : {}),
        }
        const values = { role: given.role ?? '', email: given.email ?? '' }
        return showPeople(c, deps, view, { errors, values }, 422)
      }
      const made = await invite(
        c,
        deps,
        chosen.data,
        formKeyIn(given, 'invitation', c.get('workspace').id),
      )
      // Only this page shows the code, so the POST answers with the page instead of a redirect.
      const mailto = address && mailtoOf(c, address.data, made.url)
      return showPeople(c, deps, view, {
        made: { ...made, role: chosen.data, email: address?.data ?? null, mailto },
      })
    })
    .post(`${base}/invitations/:id/revoke`, admin, fresh, async (c) => {
      const id = z.uuid().safeParse(c.req.param('id'))
      if (!id.success || !(await revoke(c, deps, id.data))) return c.notFound()
      return seeOther(c, peoplePath(c), 'invitation-revoked', id.data)
    })
    .post(`${base}/invitations/:id/restore`, admin, fresh, async (c) => {
      const id = z.uuid().safeParse(c.req.param('id'))
      if (!id.success || !(await restore(c, deps, id.data))) return c.notFound()
      return seeOther(c, peoplePath(c), 'invitation-restored')
    })
    .post(`${base}/:user/role`, admin, fresh, async (c) => {
      const chosen = role.safeParse((await formFields(c)).role)
      if (!chosen.success)
        return showPeople(
          c,
          deps,
          view,
          { errors: { members: chosen.error.issues[0]!.message } },
          422,
        )
      return changed(
        c,
        deps,
        view,
        await setRole(deps.sql, memberOf(c, deps), chosen.data),
        'role-changed',
      )
    })
    .post(`${base}/:user/remove`, admin, fresh, async (c) => {
      const outcome = await removeMember(deps.sql, memberOf(c, deps))
      const myself = c.req.param('user') === c.get('user').id
      return myself && outcome === 'done'
        ? seeOther(c, '/')
        : changed(c, deps, view, outcome, 'member-removed')
    })
    .post(`${base}/:user/deactivate`, admin, fresh, async (c) => {
      if (!(await closeAccount(deps.sql, memberOf(c, deps)))) return c.notFound()
      return seeOther(c, peoplePath(c), 'member-deactivated')
    })
    .post(`${base}/:user/reactivate`, admin, fresh, async (c) => {
      if (!(await reopenAccount(deps.sql, memberOf(c, deps)))) return c.notFound()
      return seeOther(c, peoplePath(c), 'member-reactivated')
    })
}

/**
 * Opens the admin's own mail program with the invitation. The address is not stored: nobody has
 * agreed to that yet.
 */
const mailtoOf = (c: AnyContext, to: string, url: string): string => {
  const { name } = c.get('workspace')
  const subject = `Join ${name} on CrateSocial`
  const body = `Hello,\n\nopen this link to join ${name} on CrateSocial. It works once, for 7 days:\n\n${url}\n`
  return `mailto:${encodeURIComponent(to)}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`
}

const peoplePath = (c: AnyContext): string => `/w/${c.get('workspace').slug}/people`

/**
 * The invitation link is shown only in the answer to its form. If the form is sent twice, the
 * person sees the second answer, so the link of the first is revoked.
 */
const invite = async (
  c: AnyContext,
  deps: WebDeps,
  as: 'manager' | 'admin',
  key: FormKey | null,
) => {
  const workspaceId: string = c.get('workspace').id
  const userId: string = c.get('user').id
  const made = await tx(deps.sql, async (t) => {
    const before = key && (await takeFormKey(t, key))
    if (before) await revokeInvitation(t, workspaceId, before.subjectId, new Date(deps.now()))
    const invitation = await insertInvitation(t, {
      purpose: { workspaceId, role: as },
      createdBy: userId,
      now: new Date(deps.now()),
    })
    if (key) await keepFormKey(t, key, { subjectId: invitation.id })
    await recordEvent(t, {
      name: 'invitation.made',
      workspaceId,
      userId,
      subjectId: invitation.id,
      facts: { role: as },
    })
    return invitation
  })
  return { url: `${deps.config.publicUrl}/invitations/${made.code}`, expiresAt: made.expiresAt }
}

const revoke = async (c: AnyContext, deps: WebDeps, id: string): Promise<boolean> => {
  const workspaceId: string = c.get('workspace').id
  return await tx(deps.sql, async (t) => {
    const revoked = await revokeInvitation(t, workspaceId, id, new Date(deps.now()))
    if (revoked)
      await recordEvent(t, {
        name: 'invitation.revoked',
        workspaceId,
        userId: c.get('user').id,
        subjectId: id,
      })
    return revoked
  })
}

/** Undoes a revocation, for the admin who revoked it, within an hour. */
const restore = async (c: AnyContext, deps: WebDeps, id: string): Promise<boolean> => {
  const act = {
    workspaceId: c.get('workspace').id as string,
    userId: c.get('user').id as string,
    subjectId: id,
  }
  const since = new Date(deps.now() - undoMs)
  return await tx(deps.sql, async (t) => {
    if (!(await didSince(t, { ...act, name: 'invitation.revoked', since }))) return false
    const restored = await restoreInvitation(t, act.workspaceId, id, new Date(deps.now()))
    if (restored) await recordEvent(t, { ...act, name: 'invitation.restored' })
    return restored
  })
}

const memberOf = (c: AnyContext, deps: WebDeps) => ({
  workspaceId: c.get('workspace').id as string,
  userId: z.uuid().safeParse(c.req.param('user')).data ?? null,
  byId: c.get('user').id as string,
  now: new Date(deps.now()),
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
  const words = 'This is the last admin of the workspace. Make someone else an admin first.'
  return await showPeople(c, deps, view, { errors: { members: words } }, 409)
}
