import type { TikTok } from './context.ts'
import { newAccessToken, newRefreshToken } from './ids.ts'
import { lifetimesSec } from './settings.ts'
import type { Token } from './state.ts'
import { sendEvent } from './webhooks.ts'

/** The answer of the token endpoint: flat, lifetimes in seconds. */
export type TokenAnswer = {
  access_token: string
  expires_in: number
  refresh_token: string
  refresh_expires_in: number
  open_id: string
  scope: string
  token_type: 'Bearer'
}

export function issueToken(tiktok: TikTok, openId: string, scopes: string[]): TokenAnswer {
  const now = tiktok.world.clock.now()
  const refreshExpiresAtMs = now + lifetimes(tiktok).refresh * 1000
  return addToken(tiktok, { openId, scopes, refresh: freshRefresh(tiktok), refreshExpiresAtMs }, now)
}

/** The old refresh token dies with this; the old access token lives on until it expires. Null when the token is none. */
export function refreshToken(tiktok: TikTok, refresh: string): TokenAnswer | null {
  const { settings, state } = tiktok
  const now = tiktok.world.clock.now()
  const old = state.tokens.find((token) => token.refresh === refresh && !token.refreshDead && token.refreshExpiresAtMs > now)
  if (!old) return null
  old.refreshDead = true
  const isDocumented = settings.tiktokTokenProfile === 'documented'
  // TikTok: the refresh token lives 365 days after the first issue; whether a refresh restarts them is not said.
  const refreshExpiresAtMs = isDocumented ? old.refreshExpiresAtMs : now + lifetimes(tiktok).refresh * 1000
  const keepsToken = isDocumented && settings.tiktokKeepRefreshToken
  const { openId, scopes } = old
  return addToken(tiktok, { openId, scopes, refresh: keepsToken ? old.refresh : freshRefresh(tiktok), refreshExpiresAtMs }, now)
}

/** Ends every token of the creator and tells the app, as TikTok does. Nothing is told when nothing was connected. */
export function endAuthorization(tiktok: TikTok, openId: string, reason: number): void {
  const living = tiktok.state.tokens.filter((token) => token.openId === openId && !(token.accessDead && token.refreshDead))
  for (const token of living) Object.assign(token, { accessDead: true, refreshDead: true })
  tiktok.changed()
  if (living.length > 0) sendEvent(tiktok, openId, 'authorization.removed', { reason })
}

function addToken(
  tiktok: TikTok,
  { openId, scopes, refresh, refreshExpiresAtMs }: Pick<Token, 'openId' | 'scopes' | 'refresh' | 'refreshExpiresAtMs'>,
  now: number,
): TokenAnswer {
  dropDeadTokens(tiktok, now)
  const access = tiktok.world.ledger.handOut(newAccessToken(tiktok.settings.tokenMark))
  const accessSec = lifetimes(tiktok).access
  tiktok.state.tokens.push({
    access,
    refresh,
    openId,
    scopes,
    accessExpiresAtMs: now + accessSec * 1000,
    refreshExpiresAtMs,
    accessDead: false,
    refreshDead: false,
  })
  tiktok.changed()
  return {
    access_token: access,
    expires_in: accessSec,
    refresh_token: refresh,
    refresh_expires_in: Math.floor((refreshExpiresAtMs - now) / 1000),
    open_id: openId,
    scope: scopes.join(','),
    token_type: 'Bearer',
  }
}

/** A record of which neither token can ever work again says nothing more. */
function dropDeadTokens(tiktok: TikTok, now: number): void {
  const isAlive = (token: Token) =>
    (!token.accessDead && token.accessExpiresAtMs > now) || (!token.refreshDead && token.refreshExpiresAtMs > now)
  tiktok.state.tokens = tiktok.state.tokens.filter(isAlive)
  tiktok.state.codes = tiktok.state.codes.filter((code) => code.expiresAtMs > now)
}

const freshRefresh = ({ world, settings }: TikTok): string => world.ledger.handOut(newRefreshToken(settings.tokenMark))

const lifetimes = (tiktok: TikTok) => lifetimesSec[tiktok.settings.tiktokTokenProfile]
