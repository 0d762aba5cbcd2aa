export const faultMoments = ['before', 'after', 'late'] as const
export const faultKinds = [
  'error',
  'html503',
  'reset',
  'timeout',
  'slow',
  'truncated',
  'rate_limited',
] as const

/** A tester's rule to disturb certain calls. */
export type FaultRule = {
  id: string
  /** One of the `names` of a platform. Any if absent. */
  platform?: string
  /** The endpoint's name in the ledger, or '*'. */
  endpoint: string
  account?: string
  /** 1 for the next matching call. */
  nth: number
  /** How many matching calls in a row. */
  times: number
  /**
   * before: the platform does nothing. after: the platform does it, but the response is disturbed.
   * late: the response is lost, and the platform does it later.
   */
  when: (typeof faultMoments)[number]
  kind: (typeof faultKinds)[number]
  code?: number | string
  subcode?: number
  /**
   * In milliseconds. slow: the delay. late: sandbox time until the effect. timeout: how long to
   * hold the response before the connection is cut.
   */
  delayMs?: number
}

type FaultState = FaultRule & { seen: number; fired: number }

export type Faults = {
  add(
    rule: Omit<FaultRule, 'id' | 'nth' | 'times'> & { id?: string; nth?: number; times?: number },
  ): FaultState
  remove(id: string): boolean
  clear(): void
  list(): FaultState[]
  /** Counts a call for every rule that it matches and returns the first rule that applies to it. */
  meet(call: { platform: string; endpoint: string; account: string | null }): FaultRule | null
}

export function createFaults(): Faults {
  let rules: FaultState[] = []
  let nextId = 1
  return {
    add(rule) {
      const added: FaultState = {
        nth: 1,
        times: 1,
        ...rule,
        id: rule.id ?? `fault-${nextId++}`,
        seen: 0,
        fired: 0,
      }
      rules.push(added)
      return added
    },
    remove(id) {
      const before = rules.length
      rules = rules.filter((rule) => rule.id !== id)
      return rules.length < before
    },
    clear() {
      rules = []
    },
    list: () => rules,
    meet(call) {
      const due = rules.filter((rule) => matches(rule, call) && isDue(rule))
      const first = due[0] ?? null
      if (first) first.fired += 1
      return first
    },
  }
}

function matches(
  rule: FaultRule,
  call: { platform: string; endpoint: string; account: string | null },
): boolean {
  return (
    (rule.platform ?? call.platform) === call.platform &&
    (rule.endpoint === '*' || rule.endpoint === call.endpoint) &&
    (rule.account === undefined || rule.account === call.account)
  )
}

function isDue(rule: FaultState): boolean {
  rule.seen += 1
  return rule.seen >= rule.nth && rule.seen < rule.nth + rule.times
}
