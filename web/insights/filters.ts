import type { Registry } from '../../platforms/index.ts'
import type { LabeledAccount } from './standing.ts'

type Choice = { name: string; label: string }

/** Which platform and format a page is limited to. Null means all of them. */
export type Filters = {
  platform: Choice | null
  kind: Choice | null
  /** What can be chosen: the platforms of the accounts, and their formats. */
  platforms: Choice[]
  kinds: Choice[]
  /** `Instagram · Reel`. Null if the page is not limited. */
  words: string | null
}

/**
 * Reads the filters of an address. Names that can't be chosen are ignored. An account has one
 * platform, so its page is only filtered by format.
 */
export const filtersOf = (
  registry: Registry,
  accounts: LabeledAccount[],
  asked: { platform?: string | undefined; format?: string | undefined },
): Filters => {
  const names = new Set(accounts.map((one) => one.platform))
  const connected = [...registry.platforms.values()].filter((one) => names.has(one.name))
  const kinds = new Map(
    connected.flatMap((one) => one.kinds.map(({ name, label }) => [name, { name, label }])),
  )
  const platform = connected.find((one) => one.name === asked.platform)
  const chosen = platform ? { name: platform.name, label: platform.label } : null
  const kind = kinds.get(asked.format ?? '') ?? null
  const labels = [chosen, kind].flatMap((one) => one?.label ?? [])
  return {
    platform: chosen,
    kind,
    platforms: connected.map(({ name, label }) => ({ name, label })),
    kinds: [...kinds.values()],
    words: labels.length > 0 ? labels.join(' · ') : null,
  }
}
