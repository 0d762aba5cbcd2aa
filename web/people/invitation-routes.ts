import { z } from 'zod'
import { findOpenInvitation, type OpenInvitation } from '../../db/invitations.ts'
import { findUserByEmail } from '../../db/users.ts'
import { formFields, seeOther } from '../answers.ts'
import { type AnyContext, forAnyone, type Membership, type WebDeps } from '../env.ts'
import { type Errors, email, faultsOf, personName } from '../fields.ts'
import { acceptAsNew, acceptAsPerson } from '../joining.ts'
import { passwordFault } from '../passwords.ts'
import type { Renderer } from '../render.ts'
import { startSession } from '../session.ts'
import { limitLinks } from '../throttling.ts'
import { checkPassword } from './sign-in.ts'

/** promise: A1: the only door to an account. The link opens a page; only its POST uses the invitation up. */
export const invitationsRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/invitations/:code', limitLinks(deps), async (c) => {
      const invitation = await findInvitation(c, deps)
      return invitation ? show(c, view, invitation) : closed(c, view)
    })
    .post('/invitations/:code', limitLinks(deps), async (c) => {
      const invitation = await findInvitation(c, deps)
      if (!invitation) return closed(c, view)
      const user = c.get('user')
      if (isMember(c, invitation)) return seeOther(c, `/w/${invitation.workspaceSlug}/today`)
      if (user) return finish(c, view, invitation, await acceptAsPerson(deps, invitation, user.id))
      const given = await formFields(c)
      return given.as === 'existing'
        ? await acceptSigningIn(c, deps, view, invitation, given)
        : await acceptNew(c, deps, view, invitation, given)
    })

type Fields = Record<string, string>
const newPerson = z.object({ name: personName, email, password: z.string() })

const acceptNew = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  invitation: OpenInvitation,
  given: Fields,
): Promise<Response> => {
  const read = newPerson.safeParse({ name: '', email: '', password: '', ...given })
  const errors = read.success ? {} : faultsOf(read.error)
  const fault = passwordFault(given.password ?? '', [given.name ?? '', given.email ?? ''])
  if (fault) errors.password = fault
  if (!read.success || fault) return show(c, view, invitation, { values: given, errors }, 422)
  if (await findUserByEmail(deps.sql, read.data.email)) {
    const words = 'There is an account with this address already. If it is yours, sign in below to accept.'
    return show(c, view, invitation, { values: given, errors: { email: words } }, 422)
  }
  const userId = await acceptAsNew(deps, invitation, read.data)
  if (userId) await startSession(c, deps, userId)
  return finish(c, view, invitation, userId !== null)
}

const acceptSigningIn = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  invitation: OpenInvitation,
  given: Fields,
): Promise<Response> => {
  const found = await checkPassword(c, deps, given.email ?? '', given.password ?? '')
  if ('words' in found) {
    const answer = { values: { signInEmail: given.email ?? '' }, errors: { signIn: found.words } }
    return show(c, view, invitation, answer, found.status)
  }
  await startSession(c, deps, found.person.id)
  return finish(c, view, invitation, await acceptAsPerson(deps, invitation, found.person.id))
}

const findInvitation = async (c: AnyContext, deps: WebDeps): Promise<OpenInvitation | null> =>
  await findOpenInvitation(deps.sql, c.req.param('code') ?? '', new Date(deps.now()))

const show = (
  c: AnyContext,
  view: Renderer,
  invitation: OpenInvitation,
  form: { values: Fields; errors: Errors } = { values: {}, errors: {} },
  status = 200,
): Response => {
  return view.page(c, 'invitations/show', { invitation, mine: isMember(c, invitation), ...form }, status)
}

/** A member keeps the role they have, and the invitation stays good for somebody else. */
const isMember = (c: AnyContext, invitation: OpenInvitation): boolean =>
  (c.get('memberships') as Membership[]).some((one) => one.id === invitation.workspaceId)

const closed = (c: AnyContext, view: Renderer): Response => view.page(c, 'invitations/closed', {}, 404)

const finish = (c: AnyContext, view: Renderer, invitation: OpenInvitation, accepted: boolean): Response => {
  if (!accepted) return closed(c, view)
  return invitation.workspaceSlug ? seeOther(c, `/w/${invitation.workspaceSlug}/today`, 'joined') : seeOther(c, '/operate')
}
