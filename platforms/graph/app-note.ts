import type { Issuer } from '../grant.ts'
import type { MetaSettings } from './client.ts'

/**
 * The note for an app in development mode (platform notes 6.3 and 6.4). No API call shows the mode,
 * so the operator sets it.
 */
export const metaNoteOf = ({ isLive }: Pick<MetaSettings, 'isLive'>): Issuer['appNote'] =>
  isLive === false
    ? {
        words:
          'The Meta app of this installation may still be in development mode. Then posts may be visible only to people with a role in the app. ' +
          'Until Meta has reviewed it, only they can connect accounts.',
        forOperator: 'Once the app is live, set META_APP_LIVE=true to hide this note.',
      }
    : null

export const metaNoteOnDraft = ({ isLive }: Pick<MetaSettings, 'isLive'>): string | null =>
  isLive === false
    ? 'Facebook and Instagram: while the Meta app of this installation is in development mode, posts may be visible only to people with a role in it.'
    : null
