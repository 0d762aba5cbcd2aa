import {
  canonicalEmail,
  changePasswordHash,
  findUserByEmail,
  maySignIn,
  type Person,
} from '../../../db/people/users.ts'
import type { AnyContext, WebDeps } from '../../http/env.ts'
import {
  confirmLimits,
  countHits,
  forgiveHits,
  type Limit,
  signInLimits,
  tooManyWords,
} from '../../http/throttling.ts'
import { hashPassword, isHashStale, verifyPassword } from './passwords.ts'

export type PasswordCheck = { person: Person } | { status: 422 | 429; words: string }
type Typed = { email: string; password: string }

/** Checks an email address and password to sign in. */
export const checkSignIn = (c: AnyContext, deps: WebDeps, typed: Typed): Promise<PasswordCheck> =>
  checkPassword(c, deps, typed, signInLimits(c, deps, canonicalEmail(typed.email)))

/** Checks the password of the signed-in person again. */
export const checkOwnPassword = async (
  c: AnyContext,
  deps: WebDeps,
  password: string,
): Promise<PasswordCheck> => {
  const checked = await checkPassword(
    c,
    deps,
    { email: c.get('user').email, password },
    confirmLimits(c.get('session').id),
  )
  return 'words' in checked && checked.status === 422
    ? { ...checked, words: 'That’s not your password.' }
    : checked
}

/**
 * promise: A6: counts the attempt before checking. Gives the same answer for an unknown address, a
 * wrong password and a person whom an admin deactivated.
 */
export const checkPassword = async (
  c: AnyContext,
  deps: WebDeps,
  typed: Typed,
  limits: Limit[],
): Promise<PasswordCheck> => {
  const { email, password } = typed
  const waitS = await countHits(deps, limits)
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return { status: 429, words: tooManyWords(waitS) }
  }
  const person = await findUserByEmail(deps.sql, email)
  const fits = await verifyPassword(person?.passwordHash ?? null, password)
  if (!person || !fits || !(await maySignIn(deps.sql, person.id)))
    return { status: 422, words: 'Wrong email or password. Check both and try again.' }
  await forgiveHits(deps, limits)
  if (isHashStale(person.passwordHash))
    await changePasswordHash(deps.sql, person.id, await hashPassword(password))
  return { person }
}
