import { z } from 'zod'
import type { WebDeps } from '../../http/env.ts'
import { type ChallengeUse, spendChallenge } from './passkey-challenge.ts'

/** In characters. A passkey's answer has a few kilobytes. */
const answerMax = 20_000

export const readAnswer = <T extends { id: string }>(answer: string): T | null => {
  if (answer.length > answerMax) return null
  try {
    const shape = answerShape.safeParse(JSON.parse(answer))
    return shape.success ? (shape.data as unknown as T) : null
  } catch {
    return null // not JSON, so not from our page
  }
}

/** Only the fields that are read here; the library checks the rest. */
const answerShape = z.looseObject({
  id: z.string(),
  response: z.looseObject({ clientDataJSON: z.string() }),
})

type Answer = { response: { clientDataJSON: string } }

/**
 * Marks the challenge that the browser signed as used and returns it. Null if it isn't ours for
 * this use. The library compares it again.
 */
export const spentChallenge = async (
  deps: WebDeps,
  use: ChallengeUse,
  { response }: Answer,
): Promise<string | null> => {
  const challenge = challengeIn(response.clientDataJSON)
  return challenge !== null && (await spendChallenge(deps, use, challenge)) ? challenge : null
}

const challengeIn = (clientData: string): string | null => {
  try {
    const read: unknown = JSON.parse(Buffer.from(clientData, 'base64url').toString())
    const challenge =
      typeof read === 'object' && read !== null && 'challenge' in read ? read.challenge : null
    return typeof challenge === 'string' ? challenge : null
  } catch {
    return null // not JSON, so not from a browser
  }
}

/**
 * Null if the library throws. It throws whenever a check fails: another site's answer, a bad
 * signature, a counter that went back. It does no I/O.
 */
export const orRefused = async <T>(deps: WebDeps, check: () => Promise<T>): Promise<T | null> => {
  try {
    return await check()
  } catch (error) {
    deps.log.info({ reason: (error as Error).message }, 'a passkey was refused')
    return null
  }
}
