import { z } from 'zod'
import {
  countClients,
  dropUnusedClient,
  lockClients,
  registerClient,
} from '../../db/api/oauth-clients.ts'
import { tx } from '../../db/postgres/connect.ts'
import { cleanLine } from '../../text/clean-text.ts'
import type { AnyContext, WebDeps } from '../http/env.ts'
import { readJsonBody } from '../http/forms/body.ts'
import { oauthError, secretly } from './answers.ts'
import { isAllowedRedirect, redirectMaxCharacters } from './redirects.ts'

/** The body with which an app registers itself. */
export const registrationMaxBytes = 16 * 1024
/** Addresses that an app may send people back to. */
export const redirectsMax = 10
/**
 * Registered apps of an installation. Those that nobody connects are deleted after a week, and
 * earlier if others need the room: whoever registers many can't keep others from it.
 */
export const clientsMax = 10_000
/** Characters that are kept of an app's name. */
export const appNameMaxCharacters = 60
const unusedDays = 7

const registration = z.object({
  client_name: z.string().optional(),
  redirect_uris: z
    .array(z.string().max(redirectMaxCharacters).refine(isAllowedRedirect))
    .min(1)
    .max(redirectsMax),
})

/** RFC 7591: any app can register, because a registration gives no right to anything. */
export const register = async (deps: WebDeps, c: AnyContext): Promise<Response> => {
  const body = await readJsonBody(c, registrationMaxBytes).catch(unreadable)
  const read = registration.safeParse(body)
  if (!read.success) return refuseRegistration(c, read.error.issues[0]?.path[0])
  const now = new Date(deps.now())
  const name = nameOf(read.data.client_name ?? '')
  const redirectUris = [...new Set(read.data.redirect_uris)]
  const expiresAt = new Date(now.getTime() + unusedDays * 86_400_000)
  const id = await tx(deps.sql, async (t) => {
    await lockClients(t)
    const isFull = (await countClients(t)) >= clientsMax
    if (isFull && !(await dropUnusedClient(t))) return null
    return await registerClient(t, { name, redirectUris, now, expiresAt })
  })
  if (id === null)
    return oauthError(c, 'temporarily_unavailable', 'Too many apps are registered here.', 503)
  const answer = {
    client_id: id,
    client_id_issued_at: Math.floor(now.getTime() / 1000),
    client_name: name,
    redirect_uris: redirectUris,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }
  return c.json(answer, 201, secretly)
}

const nameOf = (given: string): string => {
  const name = [...cleanLine(given).trim()].slice(0, appNameMaxCharacters).join('').trim()
  return isVisible(name) ? name : 'An app'
}

const isVisible = (name: string): boolean =>
  name.replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, '') !== ''

const refuseRegistration = (c: AnyContext, field: PropertyKey | undefined): Response =>
  field === 'redirect_uris'
    ? oauthError(
        c,
        'invalid_redirect_uri',
        'Redirect URIs need https, or http on a loopback address.',
      )
    : oauthError(c, 'invalid_client_metadata', 'Send JSON with redirect_uris and a client_name.')

const unreadable = (error: unknown): null => {
  if (error instanceof SyntaxError || error instanceof TypeError) return null
  throw error
}
