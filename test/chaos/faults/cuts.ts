import { kinds } from '../kinds.ts'

/**
 * A moment in a step at which the worker is killed. `number`: which call of the step. `row`: once
 * the row shows the result of the step.
 */
export type Cut = { step: Step; moment: 'before' | 'after' | 'row'; number: number }
export type Step =
  | 'prepareTarget'
  | 'sendTarget'
  | 'checkTarget'
  | 'reconcileTarget'
  | 'finishTarget'
  | 'writeComment'
  | 'findComment'

/**
 * Cuts that follow each other in the life of the same posts. Reconciliation, and looking for a
 * comment, only happen after a call was cut.
 */
export type Round = { name: string; cuts: Cut[] }

const one = (step: Step, moment: Cut['moment'], number = 1): Cut => ({ step, moment, number })
const words = {
  before: 'before the call',
  after: 'after the call, before the row',
  row: 'after the row',
}
const round = (name: string, moment: Cut['moment'], ...cuts: Cut[]): Round => ({
  name: `${name}, ${words[moment]}`,
  cuts,
})
const moments = ['before', 'after', 'row'] as const

/** Every step at every moment. Preparing is also cut at its second call. */
export const rounds: Round[] = [
  ...moments.map((moment) => round('prepare', moment, one('prepareTarget', moment))),
  ...(['before', 'after'] as const).map((moment) =>
    round('prepare, second call', moment, one('prepareTarget', moment, 2)),
  ),
  ...moments.map((moment) => round('send', moment, one('sendTarget', moment))),
  ...moments.map((moment) => round('check', moment, one('checkTarget', moment))),
  ...moments.map((moment) =>
    round('reconcile', moment, one('sendTarget', 'after'), one('reconcileTarget', moment)),
  ),
  ...moments.map((moment) => round('finish', moment, one('finishTarget', moment))),
  ...moments.map((moment) => round('comment', moment, one('writeComment', moment))),
  ...moments.map((moment) =>
    round('find comment', moment, one('writeComment', 'after'), one('findComment', moment)),
  ),
]

const always = ['Facebook video', 'Facebook reel', 'TikTok video', 'TikTok photos']

/**
 * False for kinds where the step makes no such call: texts and links aren't prepared, and posts and
 * pictures are published by the answer to their send. A round fails if it misses any other kind, so
 * that no case is skipped silently.
 */
export const isMet = (kind: string, { step, number }: Cut): boolean => {
  if (step === 'writeComment' || step === 'findComment')
    return kinds.some(({ name, comment }) => name === kind && comment)
  if (step === 'checkTarget') return always.includes(kind)
  if (step !== 'prepareTarget') return true
  if (kind === 'Facebook text' || kind === 'Facebook link') return false
  return number === 1 || !['Facebook photo', 'Facebook story', 'TikTok photos'].includes(kind)
}

/**
 * Where TikTok downloads the media, the answer to init is the only handle. If it is lost after the
 * post was created, TikTok offers no way to find the post, and a person is asked.
 */
export const mayStayUnconfirmed = (kind: string, { cuts }: Round): boolean =>
  kind === 'TikTok photos' &&
  cuts.some(({ step, moment }) => step === 'sendTarget' && moment === 'after')
