/** A moment of a step at which the worker is killed. `number`: which of the calls that the step makes in one go; `row`: once what the step does stands in the row. */
export type Cut = { step: Step; moment: 'before' | 'after' | 'row'; number: number }
export type Step = 'prepareTarget' | 'sendTarget' | 'checkTarget' | 'reconcileTarget' | 'finishTarget'

/** Cuts one after the other in the life of the same posts. Reconciling only happens after a send that was cut. */
export type Round = { name: string; cuts: Cut[] }

const one = (step: Step, moment: Cut['moment'], number = 1): Cut => ({ step, moment, number })
const words = { before: 'before the call', after: 'after the call, before the row', row: 'after the row' }
const round = (name: string, moment: Cut['moment'], ...cuts: Cut[]): Round => ({ name: `${name}, ${words[moment]}`, cuts })
const moments = ['before', 'after', 'row'] as const

/** Every step at every moment; preparing at its second call as well. */
export const rounds: Round[] = [
  ...moments.map((moment) => round('prepare', moment, one('prepareTarget', moment))),
  ...(['before', 'after'] as const).map((moment) => round('prepare, second call', moment, one('prepareTarget', moment, 2))),
  ...moments.map((moment) => round('send', moment, one('sendTarget', moment))),
  ...moments.map((moment) => round('check', moment, one('checkTarget', moment))),
  ...moments.map((moment) => round('reconcile', moment, one('sendTarget', 'after'), one('reconcileTarget', moment))),
  ...moments.map((moment) => round('finish', moment, one('finishTarget', moment))),
]

const always = ['Facebook video', 'Facebook reel', 'TikTok video', 'TikTok photos']

/**
 * Kinds that a cut does not meet, because there the step makes no such call: texts and links are not prepared, posts and pictures are
 * out with the answer to their send. A round fails when another kind is missed, so that no cell passes by standing empty.
 */
export const isMet = (kind: string, { step, number }: Cut): boolean => {
  if (step === 'checkTarget') return always.includes(kind)
  if (step !== 'prepareTarget') return true
  if (kind === 'Facebook text' || kind === 'Facebook link') return false
  return number === 1 || !['Facebook photo', 'TikTok photos'].includes(kind)
}

/**
 * Where TikTok fetches the media, the answer to the init is the only handle: when it is lost after the effect, TikTok offers nothing to
 * find the post by, and a person is asked.
 */
export const mayStayUnconfirmed = (kind: string, { cuts }: Round): boolean =>
  kind === 'TikTok photos' && cuts.some(({ step, moment }) => step === 'sendTarget' && moment === 'after')
