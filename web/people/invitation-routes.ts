import { z } from 'zod'
import {
  findOpenInvitation,
  findWorkspaceOfMember,
  type OpenInvitation,
} from '../../db/people/invitations.ts'
import { countSecondFactors } from '../../db/people/second-factor.ts'
import { findUserByEmail } from '../../db/people/users.ts'
import { styleOfLanguage } from '../../text/date-style.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { type AnyContext, forAnyone, type Membership, type WebDeps } from '../http/env.ts'
import { type Errors, email, fieldErrorsOf, personName } from '../http/forms/fields.ts'
import type { Renderer } from '../http/render.ts'
import { limitLinks } from '../http/throttling.ts'
import { acceptAsNew, acceptAsPerson } from './joining.ts'
import { hostName } from './sign-in/known-names.ts'
import { checkSignIn } from './sign-in/password-check.ts'
import { passwordFault } from './sign-in/password-strength.ts'
import { afterPassword, completeSignIn } from './sign-in/signing-in.ts'

/**
 * promise: A1: the only way to get an account. Opening the link shows a page; only its POST uses
 * the invitation.
 */
export const invitationsRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/invitations/:code', limitLinks(deps), async (c) => {
      const invitation = await findInvitation(c, deps)
      return invitation ? show(c, view, invitation) : await closed(c, deps, view)
    })
    .post('/invitations/:code', limitLinks(deps), async (c) => {
      const invitation = await findInvitation(c, deps)
      if (!invitation) return await closed(c, deps, view)
      const user = c.get('user')
      if (isMember(c, invitation)) return seeOther(c, `/w/${invitation.workspaceSlug}/today`)
      if (user)
        return finish(c, deps, view, invitation, await acceptAsPerson(deps, invitation, user.id))
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
  const errors = read.success ? {} : fieldErrorsOf(read.error)
  const names = [
    given.name,
    given.email,
    invitation.workspaceName,
    invitation.workspaceSlug,
    hostName(deps),
  ]
  const fault = passwordFault(
    given.password ?? '',
    names.map((name) => name ?? ''),
  )
  if (fault) errors.password = fault
  if (!read.success || fault) return show(c, view, invitation, { values: given, errors }, 422)
  if (await findUserByEmail(deps.sql, read.data.email)) {
    const words =
      'There’s already an account with this address. If it’s yours, sign in below to accept.'
    return show(c, view, invitation, { values: given, errors: { email: words } }, 422)
  }
  const dates = styleOfLanguage(c.req.header('Accept-Language'))
  const userId = await acceptAsNew(deps, invitation, { ...read.data, dates })
  if (userId) await completeSignIn(c, deps, userId, { withSecondFactor: false })
  return await finish(c, deps, view, invitation, userId !== null)
}

const acceptSigningIn = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  invitation: OpenInvitation,
  given: Fields,
): Promise<Response> => {
  const found = await checkSignIn(c, deps, {
    email: given.email ?? '',
    password: given.password ?? '',
  })
  if ('words' in found) {
    const answer = { values: { signInEmail: given.email ?? '' }, errors: { signIn: found.words } }
    return show(c, view, invitation, answer, found.status)
  }
  const { passkeys, hasApp } = await countSecondFactors(deps.sql, found.person.id)
  // With two-step sign-in, the person returns to this page after the second step.
  if (passkeys > 0 || hasApp) return await afterPassword(c, deps, found.person.id, c.req.path)
  await completeSignIn(c, deps, found.person.id, { withSecondFactor: false })
  return await finish(
    c,
    deps,
    view,
    invitation,
    await acceptAsPerson(deps, invitation, found.person.id),
  )
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
  return view.page(
    c,
    'invitations/show',
    { invitation, mine: isMember(c, invitation), ...form },
    status,
  )
}

/** Members keep their role, and the invitation stays open for someone else. */
const isMember = (c: AnyContext, invitation: OpenInvitation): boolean =>
  (c.get('memberships') as Membership[]).some((one) => one.id === invitation.workspaceId)

/**
 * Members who open an old link go to their workspace. Everyone else only sees that the link doesn't
 * work.
 */
const closed = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const user = c.get('user')
  const slug = user && (await findWorkspaceOfMember(deps.sql, c.req.param('code') ?? '', user.id))
  return slug ? seeOther(c, `/w/${slug}/today`) : view.page(c, 'invitations/closed', {}, 404)
}

const finish = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  invitation: OpenInvitation,
  accepted: boolean,
) => {
  if (!accepted) return await closed(c, deps, view)
  return invitation.workspaceSlug
    ? seeOther(c, `/w/${invitation.workspaceSlug}/today`, 'joined')
    : seeOther(c, '/operate')
}
