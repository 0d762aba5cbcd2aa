import type { Progress, StepName } from '../workflows/names.ts'
import type { Formats } from './formats.ts'

/** What the workflow of a target says it is doing; null when it does not answer: the page is complete without it. */
export const progressWords = (progress: Progress | null, fmt: Formats): string | null => {
  if (!progress) return null
  const until = progress.until === null ? '' : `, next move ${fmt.exact(new Date(progress.until)).slice(0, 8)}`
  return `${steps[progress.step]}${until}.`
}

/** A move that was said to come and did not is looked for so long; one that is further away than an hour is not waited for. */
const lateMs = 60_000
const farMs = 3_600_000

/** In how many seconds the words are looked at again, since a workflow moves on then; null: whatever comes next is told. */
export const lookAgainInS = (all: (Progress | null)[], nowMs: number): number | null => {
  const moves = all.flatMap((one) => (one?.step === 'wait' && one.until !== null ? [one.until - nowMs] : []))
  const next = Math.min(...moves.filter((inMs) => inMs > -lateMs && inMs < farMs))
  return next === Number.POSITIVE_INFINITY ? null : Math.max(2, Math.ceil(next / 1_000) + 1)
}

const steps: Record<StepName, string> = {
  start: 'begins',
  wait: 'waits for its time',
  prepare: 'prepares what can be done ahead',
  send: 'stands ready to send on the second',
  check: 'asks the platform how far it is',
  reconcile: 'looks for what came of the send',
  finish: 'completes the receipt',
  end: 'is done',
}
