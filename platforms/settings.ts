import type { ValuesOf } from '../config/variable.ts'
import { metaSettings, readMetaSettings } from './graph/settings.ts'
import type { IssuerSettings } from './issuer-settings.ts'
import { readTiktokSettings, tiktokSettings } from './tiktok/settings.ts'

// The registry of what each issuer needs from the environment. platforms/index.ts is the other
// half: config/ reads this file and nothing else of platforms/.

/** By the issuer's name. */
export const issuerSettings: Record<string, IssuerSettings> = { meta: metaSettings, tiktok: tiktokSettings }

export const issuerVariables = { ...metaSettings.variables, ...tiktokSettings.variables }

/** The settings of each issuer, or undefined if its app is not configured. */
export type IssuerConfigs = ReturnType<typeof readIssuers>

export const readIssuers = (values: ValuesOf<typeof issuerVariables>) => ({
  meta: readMetaSettings(values),
  tiktok: readTiktokSettings(values),
})
