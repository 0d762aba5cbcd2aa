import { checks } from '../db/checks.ts'
import { type Rule, rules } from '../db/retention.ts'
import type { Sweep } from '../db/sweeps.ts'
import type { Formats } from './formats.ts'

/** What the last check of a promise found, for the public: a fact with a date, never more than the sweep has written down. */
export type Evidence = { words: string; pill: 'checked' | 'late' | 'wrong' | 'not yet'; colour: string }

const dayMs = 86_400_000
/** The sweep is daily: after two days without one the page says so. */
const lateAfterMs = 2 * dayMs

/** Evidence by promise id, e.g. `R4`; and by rule name. */
export const gatherEvidence = (sweeps: Map<string, Sweep>, fmt: Formats, nowMs: number): Record<string, Evidence> => {
  const found: Record<string, Evidence> = {}
  for (const rule of rules) {
    const evidence = ofRule(rule, sweeps.get(rule.name), fmt, nowMs)
    found[rule.name] = evidence
    if (rule.promise) found[rule.promise] ??= evidence
  }
  found.histories = ofHistories(sweeps.get('histories'), fmt, nowMs)
  for (const check of checks) found[check.promise] = ofCheck(check.what, sweeps.get(check.name), fmt, nowMs)
  return found
}

const ofRule = (rule: Rule, sweep: Sweep | undefined, fmt: Formats, nowMs: number): Evidence => {
  if (!sweep) return notYet
  const removed = `${fmt.count(sweep.removed)} ${plural(rule.one, sweep.removed)} ${rule.goes === 'erasure' ? 'put under deletion' : 'removed'}`
  const left = sweep.oldestLeftAt ? `, oldest left ${age(sweep.at.getTime() - sweep.oldestLeftAt.getTime())}` : ', none left'
  return { words: `${whenChecked(sweep, fmt)}: ${removed}${left}`, ...(isLate(sweep, nowMs) ? late : checked) }
}

const ofCheck = (what: string, sweep: Sweep | undefined, fmt: Formats, nowMs: number): Evidence => {
  if (!sweep) return notYet
  if (sweep.removed > 0)
    return { words: `${whenChecked(sweep, fmt)}: ${fmt.count(sweep.removed)} of ${fmt.count(sweep.leftCount)} wrong`, ...wrong }
  return {
    words: `${whenChecked(sweep, fmt)}: ${fmt.count(sweep.leftCount)} ${what}`,
    ...(isLate(sweep, nowMs) ? late : checked),
  }
}

const ofHistories = (sweep: Sweep | undefined, fmt: Formats, nowMs: number): Evidence => {
  if (!sweep) return notYet
  const words = `${whenChecked(sweep, fmt)}: the term ${sweep.removed > 0 ? 'is set longer than that' : 'is set'}`
  return { words, ...(sweep.removed > 0 ? wrong : isLate(sweep, nowMs) ? late : checked) }
}

const whenChecked = (sweep: Sweep, fmt: Formats): string => `checked ${fmt.when(sweep.at)}`
const isLate = (sweep: Sweep, nowMs: number): boolean => nowMs - sweep.at.getTime() > lateAfterMs
const plural = (one: string, n: number): string => (n === 1 ? one : `${one}s`)

const age = (ms: number): string => {
  const days = Math.floor(ms / dayMs)
  return ms < dayMs ? 'less than a day' : `${days} ${plural('day', days)}`
}

const checked = { pill: 'checked', colour: 'out' } as const
const late = { pill: 'late', colour: 'wait' } as const
const wrong = { pill: 'wrong', colour: 'need' } as const
const notYet: Evidence = { words: 'not checked yet on this installation', pill: 'not yet', colour: '' }
