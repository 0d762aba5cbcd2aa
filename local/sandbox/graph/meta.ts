import type { CoreSettings } from '../settings.ts'
import type { World } from '../world.ts'
import type { MetaSettings } from './settings.ts'
import type { MetaState } from './state.ts'
import type { Usage } from './usage.ts'

/** The tester's app, as registered in Meta's app dashboard. */
export type MetaApp = {
  id: string
  secret: string
  name: string
  redirectUris: string[]
  /** Called when a person removes the app. */
  deauthorizeUrl?: string
  /** Called when the person also requests deletion. */
  dataDeletionUrl?: string
}

/** What every part of the Meta simulation receives. */
export type Meta = {
  world: World
  app: MetaApp
  settings: CoreSettings & MetaSettings
  state: MetaState
  usage: Usage
}

/** Meta's user agent when it fetches media and links. */
export const metaUserAgent =
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'
