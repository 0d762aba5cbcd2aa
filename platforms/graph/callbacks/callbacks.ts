import type { Callback } from '../../grant.ts'
import { readSignedRequest } from './signed-request.ts'

/**
 * Meta posts a form with `signed_request` when a person removes the app, and again when they
 * request deletion (Meta: Facebook Login).
 */
export const metaCallbacks = (appSecret: string): Callback[] => {
  const signed = (body: Uint8Array, nowMs: number) =>
    readSignedRequest(
      new URLSearchParams(Buffer.from(body).toString('utf8')).get('signed_request') ?? '',
      appSecret,
      nowMs,
    )
  return [
    {
      path: '/deauthorize',
      use: 'Deauthorize callback',
      read: ({ body }, nowMs) => {
        const said = signed(body, nowMs)
        const words =
          'The person who connected it removed CrateSocial in the settings of their Facebook account.'
        return (
          said && {
            about: 'grant',
            by: 'them',
            issuerUserId: said.userId,
            atMs: said.issuedAtMs,
            words,
          }
        )
      },
    },
    {
      path: '/data-deletion',
      use: 'Data deletion request',
      read: ({ body }, nowMs) => {
        const said = signed(body, nowMs)
        return said && { about: 'erasure', issuerUserId: said.userId, atMs: said.issuedAtMs }
      },
    },
  ]
}
