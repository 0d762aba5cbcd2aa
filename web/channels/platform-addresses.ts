import { listCallbackCalls, listLatestConsents } from '../../db/channels/callback-calls.ts'
import type { WebDeps } from '../http/env.ts'

/**
 * A URL of this installation that is registered at a platform. `usedAt` is null if it was never
 * called, and undefined if calls are not recorded.
 */
export type PlatformAddress = {
  issuer: string
  use: string
  url: string
  usedAt: Date | null | undefined
}

/**
 * All URLs that must be registered at the platforms, in the order in which operators enter them.
 */
export const listPlatformAddresses = async (
  deps: Pick<WebDeps, 'sql' | 'platforms' | 'config'>,
): Promise<PlatformAddress[]> => {
  const [calls, consents] = await Promise.all([
    listCallbackCalls(deps.sql),
    listLatestConsents(deps.sql),
  ])
  const { publicUrl } = deps.config
  return [...deps.platforms.issuers.values()].flatMap(({ name, label, callbacks, siteFiles }) => {
    const consent = consents.find(({ issuer }) => issuer === name)
    const redirect = {
      issuer: label,
      use: 'OAuth redirect',
      url: `${publicUrl}/oauth/${name}/callback`,
      usedAt: consent?.connectedAt ?? null,
    }
    const called = callbacks.map(({ path, use }) => {
      const call = calls.find((one) => one.issuer === name && one.path === path)
      return {
        issuer: label,
        use,
        url: `${publicUrl}/callbacks/${name}${path}`,
        usedAt: call?.calledAt ?? null,
      }
    })
    const files = siteFiles.map((file) => ({
      issuer: label,
      use: 'Proof that this address is yours',
      url: `${deps.config.media.publicUrl}/${file.name}`,
      usedAt: undefined,
    }))
    return [redirect, ...called, ...files]
  })
}
