import { createHash } from 'node:crypto'
import { insertTokens, type Tokens, takeRefreshToken } from '../../db/api/app-tokens.ts'
import {
  type Connection,
  deleteConnectionOfCode,
  deleteConnectionOfToken,
  deleteFormerConnection,
  deleteOwnConnection,
  insertConnection,
  prolongConnection,
} from '../../db/api/apps.ts'
import { countApiKeys } from '../../db/api/keys.ts'
import { bindCode, takeCode } from '../../db/api/oauth-codes.ts'
import type { ApiScope } from '../../db/api/scopes.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { lockWorkspace } from '../../db/postgres/workspace-lock.ts'
import { apiKeysMax } from '../api/key-acts.ts'
import type { WebDeps } from '../http/env.ts'

/** How long an access token works. */
export const accessS = 3_600
/** After so many days without being used, an app must be connected again. */
const idleDays = 60

export type Granted = Tokens & { scopes: ApiScope[] }
type Exchange = { code: string; clientId: string; redirectUri: string; verifier: string }

/**
 * Connects an app with the code that a person's answer gave it. Null if the code isn't valid for it.
 * A wrong try uses the code up. A code that comes a second time was stolen, so what was made with it
 * ends.
 */
export const connectApp = (deps: WebDeps, given: Exchange): Promise<Granted | null> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const consent = await takeCode(t, { ...given, now })
    if (!consent) {
      await recordStop(t, await deleteConnectionOfCode(t, given.code, given.clientId))
      return null
    }
    const isRight =
      consent.redirectUri === given.redirectUri && consent.challenge === challengeOf(given.verifier)
    if (!isRight) return null
    await deleteFormerConnection(t, consent)
    await lockWorkspace(t, consent.workspaceId)
    if ((await countApiKeys(t, consent.workspaceId)) >= apiKeysMax) return null
    const made = await insertConnection(t, consent, { now, expiresAt: idleEnd(now) })
    if (!made) return null
    await bindCode(t, given.code, made.keyId)
    await recordEvent(t, {
      name: 'app.connected',
      workspaceId: made.workspaceId,
      userId: consent.userId,
      subjectId: made.keyId,
      facts: { scopes: made.scopes.join(', ') },
    })
    return await grant(t, made, now)
  })

/**
 * Exchanges a refresh token, which works once. If one comes a second time, someone has a copy, and
 * nobody can tell who, so the connection ends. Null if it isn't valid.
 */
export const refreshTokens = (
  deps: WebDeps,
  given: { token: string; clientId: string },
): Promise<Granted | null> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const connection = await takeRefreshToken(t, { ...given, now })
    if (connection) return await grant(t, connection, now)
    await recordStop(t, await deleteConnectionOfToken(t, { ...given, onlyUsed: true }))
    return null
  })

/** RFC 7009: the app itself ends its connection. An unknown token is no error. */
export const revokeToken = (
  deps: WebDeps,
  given: { token: string; clientId: string },
): Promise<void> =>
  tx(deps.sql, async (t) => {
    const ended = await deleteConnectionOfToken(t, { ...given, onlyUsed: false })
    await recordStop(t, ended, 'app.ended')
  })

/** Ends a connection that this person made. Returns whether there was one. */
export const disconnectOwn = (deps: WebDeps, userId: string, keyId: string): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const ended = await deleteOwnConnection(t, userId, keyId)
    if (!ended) return false
    const { workspaceId } = ended
    await recordEvent(t, { name: 'app.ended', workspaceId, userId, subjectId: keyId })
    return true
  })

const grant = async (t: Db, connection: Connection, now: Date): Promise<Granted | null> => {
  const until = idleEnd(now)
  if (!(await prolongConnection(t, connection.keyId, until))) return null
  const access = new Date(now.getTime() + accessS * 1000)
  const tokens = await insertTokens(t, connection, { access, refresh: until })
  return { ...tokens, scopes: connection.scopes }
}

const recordStop = async (
  t: Db,
  ended: { id: string; workspaceId: string } | null,
  name = 'app.stopped',
): Promise<void> => {
  if (!ended) return
  const { id: subjectId, workspaceId } = ended
  await recordEvent(t, { name, workspaceId, userId: null, subjectId })
}

const idleEnd = (now: Date): Date => new Date(now.getTime() + idleDays * 86_400_000)
const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url')
