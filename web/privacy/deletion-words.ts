import { revocationDays } from '../../db/channels/revocations.ts'
import type { DeletionItem } from '../../db/privacy/deletion-items.ts'
import type { FollowedRequest } from '../../db/privacy/deletion-requests.ts'
import type { DeletionStep, DeletionStepName } from '../../db/privacy/deletion-steps.ts'
import type { Formats } from '../time/formats.ts'

/**
 * A step of a deletion on its public page: no names or addresses, nothing that identifies the
 * person.
 */
export type SaidStep = {
  tone: 'out' | 'wait' | ''
  icon: string
  title: string
  note: string
  when: string
}

export type DeletionSaying = { fmt: Formats; labelOf: (issuer: string) => string }

export const sayRequest = (
  request: FollowedRequest,
  items: DeletionItem[],
  saying: DeletionSaying,
): SaidStep[] =>
  request.steps.map((step) => ({
    ...looks[step.state],
    ...wordsOf(step, request, items, saying),
    when: whenOf(step, request, saying.fmt),
  }))

/**
 * For example "4 of 6 steps done. Your data can no longer be used." Never claims that everything
 * was deleted: the two lists say what was.
 */
export const sayProgress = (request: FollowedRequest): string => {
  if (request.finishedAt)
    return 'The deletion is complete. Below is what was deleted, and what is kept and why.'
  const done = request.steps.filter((step) => isOver(step)).length
  const inUse = request.steps.some(
    (step) => (step.name === 'posts' || step.name === 'tokens') && !isOver(step),
  )
  return `${done} of ${request.steps.length} steps done.${inUse ? '' : ' Your data can no longer be used.'}`
}

const isOver = ({ state }: DeletionStep): boolean => state !== 'waits' && state !== 'trying'

const looks: Record<DeletionStep['state'], Pick<SaidStep, 'tone' | 'icon'>> = {
  waits: { tone: '', icon: 'clock' },
  trying: { tone: 'wait', icon: 'refresh' },
  done: { tone: 'out', icon: 'check' },
  kept: { tone: 'out', icon: 'check' },
  unusable: { tone: 'out', icon: 'check' },
  gave_up: { tone: 'wait', icon: 'alert-circle' },
}

type Words = Pick<SaidStep, 'title' | 'note'>

const wordsOf = (
  step: DeletionStep,
  request: FollowedRequest,
  items: DeletionItem[],
  saying: DeletionSaying,
): Words => {
  if (step.name === 'revoke') return revokeWords(step, saying)
  if (step.name === 'content' && step.state === 'done' && request.about === 'person')
    return workspaceWords(items)
  const [before, after] = titles(request)[step.name]
  return step.state === 'done'
    ? { title: after, note: doneNote(step) }
    : { title: before, note: '' }
}

/** The titles of each step before and after it is done. */
const titles = ({
  about,
}: FollowedRequest): Record<Exclude<DeletionStepName, 'revoke'>, [string, string]> => ({
  posts: ['Canceling scheduled posts', 'Scheduled posts canceled'],
  tokens: ['Disconnecting accounts', 'Accounts disconnected'],
  media: ['Deleting photos and videos', 'Photos and videos deleted'],
  content:
    about === 'person'
      ? ['Deleting workspaces without another admin', 'Workspaces deleted']
      : ['Deleting accounts and numbers', 'Accounts and numbers deleted'],
  account: ['Deleting the account', 'Account deleted'],
})

const doneNote = ({ name, amount }: DeletionStep): string => {
  const n = amount ?? 0
  if (name === 'posts')
    return n === 0 ? 'None were scheduled.' : `${count(n, 'post')} won’t be published.`
  if (name === 'tokens')
    return n === 0
      ? 'None were connected.'
      : `${count(n, 'connection')}. Their tokens can now only be used to revoke access.`
  if (name === 'media')
    return n === 0
      ? 'There were none to delete.'
      : `${count(n, 'file')}. Public links to them no longer work.`
  return ''
}

/** Says that workspaces were deleted only if there were any. */
const workspaceWords = (items: DeletionItem[]): Words => {
  const n = items.find(({ list, item }) => list === 'deleted' && item === 'workspaces')?.amount ?? 0
  return n === 0
    ? { title: 'No workspace deleted', note: 'None had you as its only admin.' }
    : {
        title: n === 1 ? '1 workspace deleted' : `${n} workspaces deleted`,
        note: 'With everything in it: you were the only admin.',
      }
}

const revokeWords = (step: DeletionStep, { fmt, labelOf }: DeletionSaying): Words => {
  const label = labelOf(step.issuer ?? '')
  const yourself = `remove CrateSocial in the settings of your account at ${label}`
  switch (step.state) {
    case 'done':
      return { title: `Access revoked at ${label}`, note: 'Our copy of the tokens is deleted.' }
    case 'kept':
      return {
        title: `Tokens for ${label} deleted, access kept`,
        note: `Someone else’s connection in CrateSocial uses the same login at ${label} and keeps working, so access isn’t revoked. To end it everywhere, ${yourself}.`,
      }
    case 'unusable':
      return {
        title: `Tokens for ${label} deleted`,
        note: `${label} no longer accepted them. If CrateSocial is still listed there, ${yourself}.`,
      }
    case 'gave_up':
      return {
        title: `Tokens for ${label} deleted without its answer`,
        note: `${label} didn’t answer for ${revocationDays} days. To revoke access, ${yourself}.`,
      }
    case 'trying': {
      const until = step.givesUpAt ? ` until ${fmt.when(step.givesUpAt)}` : ''
      return {
        title: `Revoking access at ${label}`,
        note: `${label} isn’t answering. We keep trying${until}, then delete the tokens anyway. You can also ${yourself}.`,
      }
    }
    case 'waits':
      return { title: `Revoking access at ${label}`, note: '' }
  }
}

const whenOf = (step: DeletionStep, request: FollowedRequest, fmt: Formats): string => {
  if (step.endedAt)
    return fmt.date(step.endedAt) === fmt.date(request.askedAt)
      ? fmt.time(step.endedAt)
      : fmt.when(step.endedAt)
  return step.nextTryAt ? `Trying again ${fmt.when(step.nextTryAt)}` : ''
}

/** "1 post", "2 posts" */
export const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`
