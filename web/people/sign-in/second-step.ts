import { recordAccountEvent } from '../../../db/people/account-events.ts'
import { openAuthenticatorSecret, spendStep } from '../../../db/people/authenticator-apps.ts'
import { tx } from '../../../db/postgres/connect.ts'
import type { AnyContext, WebDeps } from '../../http/env.ts'
import {
  codeLimits,
  countHits,
  forgiveHits,
  type Limit,
  recoveryLimits,
  tooManyWords,
  wrongCodeMails,
} from '../../http/throttling.ts'
import { useRecoveryCode } from './recovery-codes.ts'
import { stepOfCode } from './totp.ts'

export type Refused = { status: 422 | 429; words: string }

/**
 * Checks a second factor that was typed: six digits from the authenticator app, or a recovery code.
 * Each works once. Counts the attempt before checking (promise: A6). Null: the code is right and
 * now used.
 */
export const checkCode = async (
  c: AnyContext,
  deps: WebDeps,
  userId: string,
  typed: string,
): Promise<Refused | null> => {
  const isFromApp = /^\s*(\d\s*){6}$/.test(typed)
  const limits = isFromApp ? codeLimits(userId) : recoveryLimits(userId)
  const waitS = await countHits(deps, limits)
  if (waitS !== null) return await lockedOut(c, deps, userId, waitS)
  const isRight = isFromApp
    ? await useAppCode(deps, userId, typed)
    : await useRecovery(deps, userId, typed)
  if (!isRight) return { status: 422, words: isFromApp ? wrongCode : wrongRecoveryCode }
  await forgiveHits(deps, limits)
  return null
}

const wrongCode =
  'This code is wrong or was already used. Wait for the next one in your app, then enter it.'
const wrongRecoveryCode =
  'This code is wrong or was already used. Recovery codes have eight letters and digits, such as 4KQ7-M2TX.'

const useAppCode = async (deps: WebDeps, userId: string, typed: string): Promise<boolean> => {
  const secret = await openAuthenticatorSecret(deps.sql, deps.vault, userId)
  const step = secret && stepOfCode(secret, typed, deps.now())
  return step !== null && (await spendStep(deps.sql, userId, step as number, new Date(deps.now())))
}

const useRecovery = async (deps: WebDeps, userId: string, typed: string): Promise<boolean> => {
  const isRight = await useRecoveryCode(deps.sql, userId, typed, new Date(deps.now()))
  if (isRight) await tx(deps.sql, (t) => recordAccountEvent(t, 'recovery_code.used', userId))
  return isRight
}

/** Whoever gets this far knows the password, so the person gets an email, at most once a day. */
const lockedOut = async (
  c: AnyContext,
  deps: WebDeps,
  userId: string,
  waitS: number,
): Promise<Refused> => {
  c.header('Retry-After', String(waitS))
  const isFirst = (await countHits(deps, [wrongCodeMails(userId) satisfies Limit])) === null
  if (isFirst) await tx(deps.sql, (t) => recordAccountEvent(t, 'second_factor.refused', userId))
  return { status: 429, words: tooManyWords(waitS) }
}
