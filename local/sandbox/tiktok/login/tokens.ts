import type { TikTok } from '../context.ts'
import { newAccessToken, newRefreshToken } from '../ids.ts'
import { lifetimesSec } from '../settings.ts'
import type { Token } from '../state.ts'
import { sendEvent } from '../webhooks/webhooks.ts'

/** The response of the token endpoint: no envelope, lifetimes in seconds. */
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
  return addToken(
    tiktok,
    { openId, scopes, refresh: freshRefresh(tiktok), refreshExpiresAtMs },
    now,
  )
}

/**
 * Issues new tokens. The old refresh token becomes invalid, while the old access token works until
 * it expires. Null if the refresh token isn't valid.
 */
export function refreshToken(tiktok: TikTok, refresh: string): TokenAnswer | null {
  const { settings, state } = tiktok
  const now = tiktok.world.clock.now()
  const old = state.tokens.find(
    (token) => token.refresh === refresh && !token.refreshDead && token.refreshExpiresAtMs > now,
  )
  if (!old) return null
  old.refreshDead = true
  const isOlder = settings.tiktokTokenProfile === 'older'
  // TikTok doesn't say if a refresh restarts the refresh token's lifetime. The older documentation
  // suggests that it doesn't.
  const refreshExpiresAtMs = isOlder
    ? old.refreshExpiresAtMs
    : now + lifetimes(tiktok).refresh * 1000
  const keepsToken = isOlder && settings.tiktokKeepRefreshToken
  const { openId, scopes } = old
  return addToken(
    tiktok,
    {
      openId,
      scopes,
      refresh: keepsToken ? old.refresh : freshRefresh(tiktok),
      refreshExpiresAtMs,
    },
    now,
  )
}

/**
 * Invalidates all the creator's tokens and notifies the app, as TikTok does. Sends nothing if there
 * were no valid tokens.
 */
export function endAuthorization(tiktok: TikTok, openId: string, reason: number): void {
  const living = tiktok.state.tokens.filter(
    (token) => token.openId === openId && !(token.accessDead && token.refreshDead),
  )
  for (const token of living) Object.assign(token, { accessDead: true, refreshDead: true })
  tiktok.changed()
  if (living.length > 0) sendEvent(tiktok, openId, 'authorization.removed', { reason })
}

function addToken(
  tiktok: TikTok,
  {
    openId,
    scopes,
    refresh,
    refreshExpiresAtMs,
  }: Pick<Token, 'openId' | 'scopes' | 'refresh' | 'refreshExpiresAtMs'>,
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

/** Deletes records in which neither token can work again, and expired codes. */
function dropDeadTokens(tiktok: TikTok, now: number): void {
  const isAlive = (token: Token) =>
    (!token.accessDead && token.accessExpiresAtMs > now) ||
    (!token.refreshDead && token.refreshExpiresAtMs > now)
  tiktok.state.tokens = tiktok.state.tokens.filter(isAlive)
  tiktok.state.codes = tiktok.state.codes.filter((code) => code.expiresAtMs > now)
}

const freshRefresh = ({ world, settings }: TikTok): string =>
  world.ledger.handOut(newRefreshToken(settings.tokenMark))

const lifetimes = (tiktok: TikTok) => lifetimesSec[tiktok.settings.tiktokTokenProfile]
