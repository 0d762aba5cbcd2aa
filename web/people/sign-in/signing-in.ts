import { recordEvent } from '../../../db/notifications/events.ts'
import { reactivate } from '../../../db/people/deactivation.ts'
import { countSecondFactors } from '../../../db/people/second-factor.ts'
import { deleteSession, insertSession } from '../../../db/people/sessions.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { seeOther } from '../../http/answers.ts'
import type { AnyContext, WebDeps } from '../../http/env.ts'
import { setSessionCookie } from '../../http/session.ts'

/**
 * Call it after the right password. Opens a session, or goes to the second step if the person has
 * two-step sign-in. Until that is done, the session gives no access.
 */
export const afterPassword = async (
  c: AnyContext,
  deps: WebDeps,
  userId: string,
  next: string,
): Promise<Response> => {
  const { passkeys, hasApp } = await countSecondFactors(deps.sql, userId)
  if (passkeys === 0 && !hasApp) {
    await completeSignIn(c, deps, userId, { withSecondFactor: false })
    return seeOther(c, next)
  }
  await closeFormer(c, deps)
  setSessionCookie(c, await insertSession(deps.sql, userId, new Date(deps.now()), 'awaits'))
  return seeOther(c, `/sign-in/code?next=${encodeURIComponent(next)}`)
}

/** Opens a session with a new token, and ends the browser's previous one. */
export const completeSignIn = async (
  c: AnyContext,
  deps: WebDeps,
  userId: string,
  { withSecondFactor }: { withSecondFactor: boolean },
): Promise<void> => {
  const now = new Date(deps.now())
  await closeFormer(c, deps)
  const token = await tx(deps.sql, async (t) => {
    // promise: R1: people who deactivated their own account reactivate it by signing in
    if (await reactivate(t, userId, 'person'))
      await recordEvent(t, {
        name: 'account.reactivated',
        workspaceId: null,
        userId,
        subjectId: userId,
      })
    return await insertSession(t, userId, now, withSecondFactor ? 'proved' : 'password')
  })
  setSessionCookie(c, token)
}

const closeFormer = async (c: AnyContext, deps: WebDeps): Promise<void> => {
  const former = c.get('session') ?? c.get('waiting')?.session
  const userId = c.get('user')?.id ?? c.get('waiting')?.user.id
  if (former && userId) await deleteSession(deps.sql, userId, former.id)
}
