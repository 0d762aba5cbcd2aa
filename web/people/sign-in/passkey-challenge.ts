import type { WebDeps } from '../../http/env.ts'
import { countHits } from '../../http/throttling.ts'

/**
 * What a challenge is for. Challenges for a session work only in that session; for signing in there
 * is no session yet.
 */
export type ChallengeUse =
  | { purpose: 'add' | 'confirm'; sessionId: string }
  | { purpose: 'sign-in' }

const validMs = 5 * 60_000

/**
 * A challenge for a passkey to sign. It is sealed with its purpose, session and expiry, so nothing
 * is stored for strangers who press the button, and no second cookie is needed (promise: A7). The
 * vault's nonce makes each one different.
 */
export const sealChallenge = (deps: WebDeps, use: ChallengeUse): string =>
  deps.vault.seal(String(deps.now() + validMs), placeOf(use))

/**
 * Whether the challenge that the browser returned is ours for this use, hasn't expired, and wasn't
 * used before.
 */
export const spendChallenge = async (
  deps: WebDeps,
  use: ChallengeUse,
  returned: string,
): Promise<boolean> => {
  const sealed = Buffer.from(returned, 'base64url').toString()
  if (!isInTime(deps, use, sealed)) return false
  // The limit of one hit lasts longer than the challenge is valid. Of several parallel requests,
  // only the first is within it.
  return (await countHits(deps, [{ purpose: 'passkey-challenge', of: sealed }])) === null
}

const isInTime = (deps: WebDeps, use: ChallengeUse, sealed: string): boolean => {
  try {
    return Number(deps.vault.open(sealed, placeOf(use))) > deps.now()
  } catch {
    return false // sealed for another use or session, or not by us
  }
}

const placeOf = (use: ChallengeUse) => ({
  table: 'challenges',
  id: 'sessionId' in use ? `${use.purpose}:${use.sessionId}` : use.purpose,
  column: 'challenge',
})
