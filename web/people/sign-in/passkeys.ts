import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import {
  findCredential,
  insertPasskey,
  listCredentials,
  markPasskeyUsed,
} from '../../../db/people/passkeys.ts'
import type { WebDeps } from '../../http/env.ts'
import { orRefused, readAnswer, spentChallenge } from './passkey-answers.ts'
import { type ChallengeUse, sealChallenge } from './passkey-challenge.ts'

/**
 * The site that passkeys are bound to. Changing the host of PUBLIC_URL makes them all unusable (see
 * docs/operate.md).
 */
const siteOf = (deps: WebDeps) => {
  const { origin, hostname } = new URL(deps.config.publicUrl)
  return { expectedOrigin: origin, expectedRPID: hostname }
}

const timeoutMs = 5 * 60_000

/** What the browser needs to create a passkey for a signed-in person. */
export const creationOptions = async (
  deps: WebDeps,
  user: { id: string; email: string; name: string },
  sessionId: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> => {
  const existing = await listCredentials(deps.sql, user.id)
  return await generateRegistrationOptions({
    rpName: 'CrateSocial',
    rpID: siteOf(deps).expectedRPID,
    userID: new Uint8Array(Buffer.from(user.id.replaceAll('-', ''), 'hex')),
    userName: user.email,
    userDisplayName: user.name,
    challenge: sealChallenge(deps, { purpose: 'add', sessionId }),
    timeout: timeoutMs,
    attestationType: 'none',
    excludeCredentials: existing.map((one) => ({
      id: one.credentialId,
      transports: one.transports as never,
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

export type Added = 'added' | 'refused' | 'registered-already'

/** Verifies what the browser created and stores the public key. */
export const addPasskey = async (
  deps: WebDeps,
  given: { userId: string; sessionId: string; name: string; answer: string },
): Promise<Added> => {
  const response = readAnswer<RegistrationResponseJSON>(given.answer)
  if (!response) return 'refused'
  const expectedChallenge = await spentChallenge(
    deps,
    { purpose: 'add', sessionId: given.sessionId },
    response,
  )
  if (!expectedChallenge) return 'refused'
  const checked = await orRefused(deps, () =>
    verifyRegistrationResponse({
      response,
      expectedChallenge,
      ...siteOf(deps),
      requireUserVerification: true,
    }),
  )
  if (!checked?.verified) return 'refused'
  const { credential, credentialBackedUp } = checked.registrationInfo
  const isNew = await insertPasskey(deps.sql, {
    userId: given.userId,
    name: given.name,
    credentialId: credential.id,
    publicKey: credential.publicKey,
    counter: credential.counter,
    transports: credential.transports ?? [],
    backedUp: credentialBackedUp,
    now: new Date(deps.now()),
  })
  return isNew ? 'added' : 'registered-already'
}

/**
 * What the browser needs to sign: with any passkey of this site to sign in, or with one of this
 * person's to confirm.
 */
export const requestOptions = async (
  deps: WebDeps,
  use: ChallengeUse,
  userId?: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> => {
  const own = userId ? await listCredentials(deps.sql, userId) : []
  return await generateAuthenticationOptions({
    rpID: siteOf(deps).expectedRPID,
    challenge: sealChallenge(deps, use),
    timeout: timeoutMs,
    userVerification: 'required',
    allowCredentials: own.map((one) => ({
      id: one.credentialId,
      transports: one.transports as never,
    })),
  })
}

/**
 * The id of the user who signed with a passkey. Null if the signature, challenge or passkey is
 * invalid.
 */
export const checkPasskey = async (
  deps: WebDeps,
  use: ChallengeUse,
  answer: string,
): Promise<string | null> => {
  const response = readAnswer<AuthenticationResponseJSON>(answer)
  const stored = response && (await findCredential(deps.sql, response.id))
  const expectedChallenge = stored && (await spentChallenge(deps, use, response))
  if (!expectedChallenge) return null
  const checked = await orRefused(deps, () =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge,
      ...siteOf(deps),
      requireUserVerification: true,
      credential: {
        id: stored.credentialId,
        publicKey: new Uint8Array(stored.publicKey),
        counter: stored.counter,
        transports: stored.transports as never,
      },
    }),
  )
  if (!checked?.verified) return null
  const { newCounter, credentialBackedUp } = checked.authenticationInfo
  await markPasskeyUsed(deps.sql, stored.id, {
    counter: newCounter,
    backedUp: credentialBackedUp,
    now: new Date(deps.now()),
  })
  return stored.userId
}
