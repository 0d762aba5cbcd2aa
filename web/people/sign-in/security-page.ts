import { findAuthenticatorApp } from '../../../db/people/authenticator-apps.ts'
import { listPasskeys } from '../../../db/people/passkeys.ts'
import { countRecoveryCodes } from '../../../db/people/recovery-codes.ts'
import { listSessions } from '../../../db/people/sessions.ts'
import { findPasswordChange } from '../../../db/people/users.ts'
import type { AnyContext, WebDeps } from '../../http/env.ts'
import type { Errors } from '../../http/forms/fields.ts'
import type { Renderer } from '../../http/render.ts'
import { requiredBy } from '../../http/session.ts'

export type SecurityPage = {
  errors?: Errors
  /** New recovery codes, which are shown only once. */
  codes?: string[]
}

/**
 * The page for everything about signing in: passkeys, password, authenticator app, recovery codes,
 * sessions.
 */
export const showSecurity = async (
  c: AnyContext,
  { deps, view }: { deps: WebDeps; view: Renderer },
  page: SecurityPage = {},
  status?: number,
): Promise<Response> => {
  const { id } = c.get('user')
  const now = new Date(deps.now())
  const [passkeys, app, recovery, list, passwordChangedAt] = await Promise.all([
    listPasskeys(deps.sql, id),
    findAuthenticatorApp(deps.sql, id),
    countRecoveryCodes(deps.sql, id),
    listSessions(deps.sql, id, now),
    findPasswordChange(deps.sql, id),
  ])
  const errors = page.errors ?? {}
  const data = {
    passkeys,
    app,
    recovery,
    passwordChangedAt,
    sessions: list.map((session) => ({ ...session, here: session.id === c.get('session').id })),
    requiredBy: requiredBy(c),
    isMet: c.get('session').secondFactorAt !== null,
    codes: page.codes ?? null,
    errors,
  }
  return view.page(c, 'security/show', data, status ?? (Object.keys(errors).length > 0 ? 422 : 200))
}
