import { checks } from '../../db/privacy/checks.ts'
import { mostCounted } from '../../db/privacy/due-rows.ts'
import { historyDays, rules } from '../../db/privacy/retention.ts'
import type { Rule } from '../../db/privacy/retention-rules/rule.ts'
import type { Sweep } from '../../db/privacy/sweeps.ts'
import { publicTimes } from '../time/public-times.ts'

/**
 * The result of a promise's last nightly check. The public sees `label` and `result`: when it ran
 * and whether the promise held. `detail` has the counts, for operators.
 */
export type Evidence = {
  state: 'held' | 'late' | 'failed' | 'not yet'
  /** For example "Checked today, 3:10 AM:" */
  label: string
  /** For example "nothing is kept longer" */
  result: string
  detail: string
  icon: string
  tone: 'out' | 'wait' | 'need'
}

const dayMs = 86_400_000
/** The check runs nightly. After two nights without one, the page says so. */
const lateAfterMs = 2 * dayMs
/**
 * The sweep deletes due rows when it finds them; an account deletion that it starts takes minutes
 * longer.
 */
const graceMs = dayMs

/** Evidence by promise id, such as `R4`, and by the name of a rule or check. */
export const gatherEvidence = (
  sweeps: Map<string, Sweep>,
  nowMs: number,
): Record<string, Evidence> => {
  const found: Record<string, Evidence> = {}
  for (const rule of rules) {
    const evidence = ofRule(rule, sweeps.get(rule.name), nowMs)
    found[rule.name] = evidence
    if (rule.promise) found[rule.promise] ??= evidence
  }
  found.histories = ofHistories(sweeps.get('histories'), nowMs)
  found['unclaimed-files'] = ofUnclaimed(sweeps.get('unclaimed-files'), nowMs)
  for (const check of checks) {
    const evidence = ofCheck(check.what, sweeps.get(check.name), nowMs)
    found[check.name] = evidence
    found[check.promise] ??= evidence
  }
  return found
}

const ofRule = (rule: Rule, sweep: Sweep | undefined, nowMs: number): Evidence => {
  if (!sweep) return notYet
  const removed = `${sweep.removed} ${plural(rule.one, sweep.removed)} ${rule.goes === 'erasure' ? 'being deleted' : 'deleted'}`
  const left = `${leftOf(sweep)} left${sweep.oldestLeftAt ? `, the oldest ${age(sweep)}` : ''}`
  const isOverdue =
    sweep.oldestLeftAt !== null &&
    endOfTerm(sweep.oldestLeftAt, rule.keep) + graceMs < sweep.at.getTime()
  return isOverdue
    ? failed(sweep, nowMs, 'something was kept longer', `${removed}, ${left}`)
    : held(sweep, nowMs, 'yes, nothing is kept longer', `${removed}, ${left}`)
}

const ofCheck = (what: string, sweep: Sweep | undefined, nowMs: number): Evidence => {
  if (!sweep) return notYet
  if (sweep.removed > 0)
    return failed(
      sweep,
      nowMs,
      'no, not everywhere',
      `${what}: ${sweep.leftCount - sweep.removed} of ${sweep.leftCount}`,
    )
  return held(sweep, nowMs, 'yes', `${what}: ${sweep.leftCount} of ${sweep.leftCount}`)
}

const ofHistories = (sweep: Sweep | undefined, nowMs: number): Evidence => {
  if (!sweep) return notYet
  const detail = `the namespace keeps ${sweep.leftCount} days, promised are ${historyDays}`
  return sweep.removed > 0
    ? failed(sweep, nowMs, 'they are kept longer', detail)
    : held(sweep, nowMs, 'yes, nothing is kept longer', detail)
}

const ofUnclaimed = (sweep: Sweep | undefined, nowMs: number): Evidence => {
  if (!sweep) return notYet
  const { removed, leftCount } = sweep
  return leftCount > 0
    ? failed(
        sweep,
        nowMs,
        'most files have no row in the database',
        `${leftCount} files belong to no row: the media store may be that of another database`,
      )
    : held(sweep, nowMs, 'yes', `files that belonged to no row and were deleted: ${removed}`)
}

const held = (sweep: Sweep, nowMs: number, result: string, detail: string): Evidence => {
  const label = `Checked ${publicTimes(nowMs).when(sweep.at)}:`
  const isLate = nowMs - sweep.at.getTime() > lateAfterMs
  if (!isLate) return { state: 'held', label, result, detail, icon: 'shield-check', tone: 'out' }
  return {
    state: 'late',
    label: `Last checked ${label.slice('Checked '.length)}`,
    result,
    detail,
    icon: 'clock',
    tone: 'wait',
  }
}

const failed = (sweep: Sweep, nowMs: number, result: string, detail: string): Evidence => ({
  state: 'failed',
  label: `Failed ${publicTimes(nowMs).when(sweep.at)}:`,
  result: `${result}. The operator sees this as an open problem, and the check runs again tonight.`,
  detail,
  icon: 'alert-circle',
  tone: 'need',
})

const notYet: Evidence = {
  state: 'not yet',
  label: 'Not checked yet:',
  result: 'the first check runs within minutes of the first start',
  detail: 'no check yet',
  icon: 'clock',
  tone: 'wait',
}

const plural = (one: string, n: number): string => (n === 1 ? one : `${one}s`)

const leftOf = ({ leftCount }: Sweep): string =>
  leftCount > mostCounted ? `more than ${mostCounted}` : String(leftCount)

const age = ({ at, oldestLeftAt }: Sweep): string => {
  const days = Math.floor((at.getTime() - (oldestLeftAt ?? at).getTime()) / dayMs)
  return days < 1 ? 'less than a day old' : `${days} ${plural('day', days)} old`
}

/**
 * When the term ends, in epoch milliseconds. `keep` is an SQL interval in minutes, hours, days or
 * months, as in db/privacy/retention.ts.
 */
const endOfTerm = (began: Date, keep: string): number => {
  const [, count = '', unit = ''] = /^(\d+) (minute|hour|day|month)s?$/.exec(keep) ?? []
  if (unit === 'month') return new Date(began).setUTCMonth(began.getUTCMonth() + Number(count))
  const unitMs = { minute: 60_000, hour: 3_600_000, day: dayMs }[unit]
  if (unitMs === undefined) throw new Error(`"${keep}" is no term that the policy page can read`)
  return began.getTime() + Number(count) * unitMs
}
