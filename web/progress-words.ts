import type { Progress, StepName } from '../workflows/names.ts'
import type { Formats } from './formats.ts'

/** What the workflow of a target says it is doing; null when it does not answer: the page is complete without it. */
export const progressWords = (progress: Progress | null, fmt: Formats): string | null => {
  if (!progress) return null
  const until = progress.until === null ? '' : `, next move ${fmt.exact(new Date(progress.until)).slice(0, 8)}`
  return `${steps[progress.step]}${until}.`
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
