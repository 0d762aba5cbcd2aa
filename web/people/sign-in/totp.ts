import { Secret, TOTP } from 'otpauth'

// RFC 6238 with the parameters that every authenticator app supports: SHA-1, six digits, thirty
// seconds.
const periodS = 30
/**
 * The codes of the step before and after are accepted too, because clocks differ and people type
 * slowly.
 */
const window = 1

const totp = (secret: string, label = ''): TOTP =>
  new TOTP({
    issuer: 'CrateSocial',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: periodS,
    secret: Secret.fromBase32(secret),
  })

/** 160 random bits in base32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32

/** The `otpauth://…` URL in the QR code. */
export const totpAddress = (secret: string, label: string): string => totp(secret, label).toString()

/**
 * The 30-second step of a code that is valid at `nowMs`. Null if it is wrong. Spaces are ignored.
 */
export const stepOfCode = (secret: string, code: string, nowMs: number): number | null => {
  const digits = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(digits)) return null
  const delta = totp(secret).validate({ token: digits, timestamp: nowMs, window })
  return delta === null ? null : Math.floor(nowMs / 1000 / periodS) + delta
}
