import type { Variable } from '../config/variable.ts'

/**
 * What an issuer needs from the environment, a part of its `IssuerModule`. The configuration, the
 * setup of a server and `npm start` loop over all modules.
 */
export type IssuerSettings<Name extends string = string> = {
  variables: Record<Name, Variable<unknown>>
  /** Where the id and the secret of its app are. They belong together: without them it is off. */
  app: { id: Name; secret: Name }
  /** Says that the issuer has reviewed the app; until then pages say what does not work yet. */
  reviewed: Name
  /** What an operator fills in first, besides the app. */
  asked: Name[]
  /** Its hosts. Production talks to the real ones only, which are the fallbacks. */
  urls: Name[]
}
