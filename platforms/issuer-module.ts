import type { ValuesOf, Variable } from '../config/variable.ts'
import type { Issuer } from './grant.ts'
import type { IssuerSettings } from './issuer-settings.ts'
import type { Platform } from './platform.ts'
import type { IssuerPolicy } from './policy.ts'
import type { NotePressure } from './pressure.ts'

/**
 * Everything that the rest of CrateSocial needs from the folder of an issuer: its variables, what
 * the policy says about it, and its platforms. `issuers.ts` has one line for each.
 */
export type IssuerModule = {
  settings: IssuerSettings
  policy: IssuerPolicy
  /** `values` holds what was read for its variables. Undefined if its app is not configured. */
  configure(values: Record<string, unknown>): CreateIssuer | undefined
}

export type CreateIssuer = (tools: IssuerTools) => { issuer: Issuer; platforms: Platform[] }

type IssuerTools = {
  /** Epoch milliseconds. */
  now: () => number
  notePressure?: NotePressure | undefined
}

/** `Settings`: what the issuer's own code reads from its variables. No other code knows the type. */
export const defineIssuer = <Variables extends Record<string, Variable<unknown>>, Settings>(parts: {
  settings: IssuerSettings<keyof Variables & string> & { variables: Variables }
  /** Undefined if its app is not configured. */
  read(values: ValuesOf<Variables>): Settings | undefined
  policy: IssuerPolicy
  create(settings: Settings, tools: IssuerTools): ReturnType<CreateIssuer>
}): IssuerModule => ({
  settings: parts.settings,
  policy: parts.policy,
  configure: (values) => {
    // config/ has read each of `Variables` with its own parser, under its own name.
    const settings = parts.read(values as ValuesOf<Variables>)
    return settings && ((tools) => parts.create(settings, tools))
  },
})
