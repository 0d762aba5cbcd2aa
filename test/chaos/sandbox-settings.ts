import type { House } from './house.ts'

/** Raises daily quotas: this tests crashes, not limits. */
export const generous = {
  instagramQuotaTotal: 100_000,
  instagramContainersPerDay: 100_000,
  reelsPerDay: 100_000,
  appCallsPerHour: 10_000_000,
  businessCallsPerDay: 10_000_000,
  regainAccessMinutes: 1,
  videoChunkBytes: 40_000,
  tiktokInitPerMinute: 100_000,
  tiktokCreatorInfoPerMinute: 100_000,
  tiktokStatusPerMinute: 100_000,
  tiktokPostsPerDay: 100_000,
  tiktokPendingShares: 100_000,
  // If a refresh token works only once, a renewal whose answer is lost ends the connection: see
  // docs/reliability.md.
  tiktokKeepRefreshToken: true,
}

export const setInSandbox = async (
  house: House,
  settings: Record<string, unknown>,
): Promise<void> => {
  const response = await fetch(`${house.controlUrl}/settings`, {
    method: 'PATCH',
    body: JSON.stringify(settings),
    headers: { 'content-type': 'application/json' },
  })
  if (!response.ok) throw new Error(`the sandbox did not take settings: ${await response.text()}`)
}
