import type { World } from '../world.ts'
import type { MetaState } from './state.ts'
import type { Usage } from './usage.ts'

/** The app a tester registers, as in Meta's app dashboard. */
export type MetaApp = {
  id: string
  secret: string
  name: string
  redirectUris: string[]
  /** Called when a person removes the app. */
  deauthorizeUrl?: string
  /** Called when that person also asks for deletion. */
  dataDeletionUrl?: string
}

/** What every part of the Meta half is handed. */
export type Meta = { world: World; app: MetaApp; state: MetaState; usage: Usage }

/** How Meta calls itself when it fetches media and links. */
export const metaUserAgent = 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'
