import type { CoreSettings } from '../settings.ts'
import type { World } from '../world.ts'
import type { TikTokSettings } from './settings.ts'
import type { SlidingWindow } from './sliding-window.ts'
import type { Creator, Publish, TikTokState, Token } from './state.ts'

/** The tester's app, as registered in TikTok's developer portal. */
export type TikTokApp = {
  key: string
  secret: string
  name: string
  redirectUris: string[]
  type: 'web' | 'desktop'
  /** Domains (`media.example.org`) and URL prefixes (`https://media.example.org/posts/`). */
  verifiedPrefixes: string[]
  audited: boolean
  /** The app's callback URL. Without it, webhooks are off. */
  webhookUrl?: string
}

/** What every part of the TikTok simulation receives. */
export type TikTok = {
  world: World
  app: TikTokApp
  state: TikTokState
  settings: CoreSettings & TikTokSettings
  rates: SlidingWindow
  /** Call this after changing `state`, so that it is saved soon. */
  changed(): void
}

export const findCreator = (tiktok: TikTok, openId: string): Creator | undefined =>
  tiktok.state.creators.find((creator) => creator.openId === openId)

/** @throws if the creator is unknown, because then the state is inconsistent */
export function getCreator(tiktok: TikTok, openId: string): Creator {
  const creator = findCreator(tiktok, openId)
  if (!creator) throw new Error(`The sandbox has no TikTok creator ${openId}.`)
  return creator
}

export const findByUsername = (tiktok: TikTok, username: string): Creator | undefined =>
  tiktok.state.creators.find((creator) => creator.username === username)

export const findPublish = (tiktok: TikTok, publishId: string): Publish | undefined =>
  tiktok.state.publishes.find((publish) => publish.id === publishId)

/** The valid access token in a request's header, if there is one. */
export function findToken(tiktok: TikTok, authorization: string | undefined): Token | undefined {
  const access = authorization?.match(/^Bearer (\S+)$/i)?.[1]
  const now = tiktok.world.clock.now()
  return tiktok.state.tokens.find(
    (token) => token.access === access && !token.accessDead && token.accessExpiresAtMs > now,
  )
}
