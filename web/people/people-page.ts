import { listClosable } from '../../db/people/deactivation.ts'
import { listOpenInvitations } from '../../db/people/invitations.ts'
import { listMembers } from '../../db/people/memberships.ts'
import { doesWorkspaceRequire } from '../../db/people/second-factor.ts'
import { terms } from '../../db/privacy/terms.ts'
import type { AnyContext, WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'

type Page = {
  made?: {
    url: string
    expiresAt: Date
    role: string
    email: string | null
    mailto: string | null
  }
  /** What was typed into the form that invites, if something was wrong with it. */
  values?: { role: string; email: string }
  errors?: Record<string, string>
}

export const showPeople = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  page: Page = {},
  status = 200,
): Promise<Response> => {
  const { id } = c.get('workspace')
  const [members, closable, invitations, requiresSecondFactor] = await Promise.all([
    listMembers(deps.sql, id),
    listClosable(deps.sql, id, c.get('user').id),
    listOpenInvitations(deps.sql, id, new Date(deps.now())),
    doesWorkspaceRequire(deps.sql, id),
  ])
  return view.page(
    c,
    'people/index',
    {
      members,
      closable,
      invitations,
      requiresSecondFactor,
      keptFor: terms.account,
      made: null,
      errors: {},
      values: { role: 'manager', email: '' },
      ...page,
    },
    status,
  )
}
