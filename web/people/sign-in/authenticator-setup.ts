import { renderSVG } from 'uqr'
import type { WebDeps } from '../../http/env.ts'
import { newTotpSecret, totpAddress } from './totp.ts'

const validMs = 30 * 60_000

/**
 * A new secret for the person's authenticator app. Until they confirm it with a code, it exists
 * only on their page, sealed for their session. Nothing is stored for unfinished setups.
 */
export const sealSetup = (
  deps: WebDeps,
  { sessionId, label, secret = newTotpSecret() }: NewSetup,
) => {
  const sealed = deps.vault.seal(
    JSON.stringify({ secret, until: deps.now() + validMs }),
    placeOf(sessionId),
  )
  return {
    setup: sealed,
    qrBase64: Buffer.from(renderSVG(totpAddress(secret, label), { border: 2 })).toString('base64'),
    key: secret.match(/.{1,4}/g)?.join(' ') ?? '',
  }
}

type NewSetup = { sessionId: string; label: string; secret?: string | undefined }

/** The secret of a setup that this session began within the last half hour. Otherwise null. */
export const openSetup = (deps: WebDeps, sessionId: string, setup: string): string | null => {
  try {
    const { secret, until } = JSON.parse(deps.vault.open(setup, placeOf(sessionId)))
    return until > deps.now() ? secret : null
  } catch {
    return null // sealed for another session, or not by us
  }
}

const placeOf = (sessionId: string) => ({
  table: 'authenticator_apps',
  id: `setup:${sessionId}`,
  column: 'secret_sealed',
})
