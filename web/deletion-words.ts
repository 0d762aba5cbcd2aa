import type { DeletionStep, FollowedRequest } from '../db/deletion-requests.ts'
import type { Formats } from './formats.ts'

/** A step of an erasure as the public page tells it: no names, no addresses, nothing of whose data it is. */
export type SaidStep = { pill: string; colour: string; title: string; note: string; when: string }

export const sayRequest = (request: FollowedRequest, fmt: Formats, labelOf: (issuer: string) => string): SaidStep[] =>
  request.steps.map((step) => ({
    ...pills[step.state],
    title: titleOf(step, labelOf),
    note: noteOf(step, fmt, labelOf),
    when: step.endedAt ? timeOf(step.endedAt, request.askedAt, fmt) : step.name === 'account' ? 'after the steps above' : '',
  }))

const pills: Record<DeletionStep['state'], { pill: string; colour: string }> = {
  waits: { pill: 'waits', colour: '' },
  trying: { pill: 'trying', colour: 'wait' },
  done: { pill: 'done', colour: 'out' },
  gave_up: { pill: 'no answer', colour: 'wait' },
}

const titleOf = (step: DeletionStep, labelOf: (issuer: string) => string): string => {
  const amount = step.state === 'done' ? step.amount : null
  switch (step.name) {
    case 'posts':
      return `Scheduled posts stopped${tally(amount, 'post')}`
    case 'tokens':
      return `Tokens taken out of the product${tally(amount, 'connection')}`
    case 'revoke':
      return `Access revoked at ${labelOf(step.issuer ?? '')}`
    case 'media':
      return `Uploaded media removed from public addresses${tally(amount, 'file')}`
    case 'content':
      return 'Posts, numbers and connected accounts removed'
    case 'account':
      return 'Account data removed'
  }
}

const noteOf = (step: DeletionStep, fmt: Formats, labelOf: (issuer: string) => string): string => {
  if (step.name !== 'revoke') return ''
  const label = labelOf(step.issuer ?? '')
  if (step.state === 'trying' && step.nextTryAt)
    return `${label} does not answer; next try ${fmt.when(step.nextTryAt)}. The tokens can be used for nothing else by now`
  if (step.state === 'gave_up')
    return `${label} did not answer for three days. Our copy of the tokens is deleted; the access can be ended in the settings of ${label}`
  return ''
}

const tally = (amount: number | null, one: string): string =>
  amount === null ? '' : ` (${amount} ${one}${amount === 1 ? '' : 's'})`

const timeOf = (at: Date, askedAt: Date, fmt: Formats): string =>
  fmt.date(at) === fmt.date(askedAt) ? fmt.time(at) : fmt.when(at)
