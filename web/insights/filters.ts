import type { Label } from '../../db/posts/labels/labels.ts'
import type { Registry } from '../../platforms/index.ts'
import type { LabeledAccount } from './standing.ts'

type Choice = { name: string; label: string }

/** Which platform, format and label a page is limited to. Null means all of them. */
export type Filters = {
  platform: Choice | null
  kind: Choice | null
  label: Choice | null
  /**
   * What can be chosen: the platforms of the accounts, their formats, and the workspace's labels.
   */
  platforms: Choice[]
  kinds: Choice[]
  labels: Choice[]
  /** `Instagram · Reel · Summer`. Null if the page is not limited. */
  words: string | null
}

/**
 * Reads the filters of an address. Names that can't be chosen are ignored. An account has one
 * platform, so its page is not filtered by platform.
 */
export const filtersOf = (
  registry: Registry,
  { accounts, labels }: { accounts: LabeledAccount[]; labels: Label[] },
  asked: {
    platform?: string | undefined
    format?: string | undefined
    label?: string | undefined
  },
): Filters => {
  const names = new Set(accounts.map((one) => one.platform))
  const connected = [...registry.platforms.values()].filter((one) => names.has(one.name))
  const kinds = new Map(
    connected.flatMap((one) => one.kinds.map(({ name, label }) => [name, { name, label }])),
  )
  const platform = connected.find((one) => one.name === asked.platform)
  const chosen = platform ? { name: platform.name, label: platform.label } : null
  const kind = kinds.get(asked.format ?? '') ?? null
  const choices = labels.map(({ id, name }) => ({ name: id, label: name }))
  const label = choices.find(({ name }) => name === asked.label) ?? null
  const limits = [chosen, kind, label].flatMap((one) => one?.label ?? [])
  return {
    platform: chosen,
    ...{ kind, label },
    platforms: connected.map(({ name, label }) => ({ name, label })),
    kinds: [...kinds.values()],
    labels: choices,
    words: limits.length > 0 ? limits.join(' · ') : null,
  }
}
