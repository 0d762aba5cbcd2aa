import type { DeletedItem, DeletionItem, KeptItem } from '../../db/privacy/deletion-items.ts'
import type { FollowedRequest } from '../../db/privacy/deletion-requests.ts'
import { rules } from '../../db/privacy/retention.ts'
import { count, type DeletionSaying } from './deletion-words.ts'

/** One line of "Deleted" or "Kept, and why". `item` names the rows it counts, for tests. */
export type SaidLine = { item: string; label: string; note: string; amount: string }

export const keepOf = (name: string): string => rules.find((rule) => rule.name === name)!.keep

// promise: E3
/** Only items that were counted: a line appears when its step is done. */
export const sayDeleted = (
  request: FollowedRequest,
  items: DeletionItem[],
  saying: DeletionSaying,
): SaidLine[] => {
  const lines = itemOrder.deleted.flatMap((item): SaidLine[] => {
    const found = items.find((one) => one.list === 'deleted' && one.item === item)
    if (!found) return []
    const [label, one, note = ''] = deletedWords(request)[item]
    const line = { item, label, note, amount: count(found.amount, one) }
    return [item === 'tokens' ? withPending(line, found.amount, request, saying) : line]
  })
  if (lines.length > 0 || !request.finishedAt) return lines
  return [
    {
      item: 'none',
      label: 'Nothing was stored',
      note: 'CrateSocial held no data that belongs to this request.',
      amount: '',
    },
  ]
}

/** Tokens count as deleted once no copy is left, including those kept to revoke access. */
const withPending = (
  line: SaidLine,
  all: number,
  request: FollowedRequest,
  { labelOf }: DeletionSaying,
): SaidLine => {
  const pending = request.steps.filter(
    (step) => step.name === 'revoke' && (step.state === 'waits' || step.state === 'trying'),
  )
  if (pending.length === 0) return line
  const left = pending.reduce((sum, step) => sum + (step.pending ?? 0), 0)
  const names = pending.map((step) => labelOf(step.issuer ?? '')).join(' and ')
  return {
    ...line,
    amount: `${Math.max(0, all - left)} of ${all}`,
    note: `The rest after access is revoked at ${names}`,
  }
}

export type Words = [label: string, one: string, note?: string]

const deletedWords = ({ about }: FollowedRequest): Record<DeletedItem, Words> => ({
  account: ['Name, email address, password hash and settings', 'account'],
  access: ['Sessions, sign-in links and two-step sign-in', 'record'],
  memberships: ['Workspace memberships and invitations', 'record'],
  notifications: [
    about === 'person'
      ? 'Notifications and log entries about you'
      : 'Notifications about the accounts',
    'record',
  ],
  exports: ['Data exports that were not downloaded', 'file'],
  tokens: ['Platform tokens', 'connection'],
  logins: ['Name and ID of the person who connected', 'connection'],
  accounts: ['Account IDs, names and handles', 'account', 'With their numbers and history'],
  posts: ['Posts, drafts and captions', 'post', 'With their results and numbers'],
  results: ['Post IDs, links, results and numbers from the platform', 'post'],
  files: ['Uploaded photos and videos', 'file'],
  names: ['File names and alt texts in what is kept', 'text'],
  workspaces: ['Workspaces you were the only admin of', 'workspace'],
})

export const itemOrder: { deleted: DeletedItem[]; kept: KeptItem[] } = {
  deleted: [
    'account',
    'access',
    'memberships',
    'notifications',
    'tokens',
    'logins',
    'accounts',
    'results',
    'workspaces',
    'posts',
    'files',
    'names',
    'exports',
  ],
  kept: ['published', 'posts', 'files', 'accounts', 'notes', 'log'],
}
