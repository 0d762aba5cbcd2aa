import type { DeletedItem, DeletionItem, KeptItem } from '../../db/privacy/deletion-items.ts'
import type { FollowedRequest } from '../../db/privacy/deletion-requests.ts'
import { logDays, rules } from '../../db/privacy/retention.ts'
import { count, type DeletionSaying } from './deletion-words.ts'

/** One line of "Deleted" or "Kept, and why". `item` names the rows it counts, for tests. */
export type SaidLine = { item: string; label: string; note: string; amount: string }

const keepOf = (name: string): string => rules.find((rule) => rule.name === name)!.keep

// promise: E3
/** Only items that were counted: a line appears when its step is done. */
export const sayDeleted = (request: FollowedRequest, items: DeletionItem[], saying: DeletionSaying): SaidLine[] => {
  const lines = order.deleted.flatMap((item): SaidLine[] => {
    const found = items.find((one) => one.list === 'deleted' && one.item === item)
    if (!found) return []
    const [label, one, note = ''] = deletedWords(request)[item]
    const line = { item, label, note, amount: count(found.amount, one) }
    return [item === 'tokens' ? withPending(line, found.amount, request, saying) : line]
  })
  if (lines.length > 0 || !request.finishedAt) return lines
  return [
    { item: 'none', label: 'Nothing was stored', note: 'CrateSocial held no data that belongs to this request.', amount: '' },
  ]
}

/** Tokens count as deleted once no copy is left, including those kept to revoke access. */
const withPending = (line: SaidLine, all: number, request: FollowedRequest, { labelOf }: DeletionSaying): SaidLine => {
  const pending = request.steps.filter((step) => step.name === 'revoke' && (step.state === 'waits' || step.state === 'trying'))
  if (pending.length === 0) return line
  const left = pending.reduce((sum, step) => sum + (step.pending ?? 0), 0)
  const names = pending.map((step) => labelOf(step.issuer ?? '')).join(' and ')
  return { ...line, amount: `${Math.max(0, all - left)} of ${all}`, note: `The rest after access is revoked at ${names}` }
}

type Words = [label: string, one: string, note?: string]

const deletedWords = ({ about }: FollowedRequest): Record<DeletedItem, Words> => ({
  account: ['Name, email address, password hash and settings', 'account'],
  access: ['Sessions, sign-in links and second factors', 'record'],
  memberships: ['Workspace memberships and invitations', 'record'],
  notifications: [about === 'person' ? 'Notifications and log entries about you' : 'Notifications about the accounts', 'record'],
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

// promise: E3
export const sayKept = (request: FollowedRequest, items: DeletionItem[], saying: DeletionSaying): SaidLine[] => [
  ...order.kept.flatMap((item): SaidLine[] => {
    const found = items.find((one) => one.list === 'kept' && one.item === item)
    if (!found) return []
    const [label, one, note = ''] = keptWords(request, saying)[item]
    return [{ item, label, note, amount: count(found.amount, one) }]
  }),
  ...keptMeanwhile(request, saying),
  ...keptAlways(request, saying),
]

const keptWords = (request: FollowedRequest, { labelOf }: DeletionSaying): Record<KeptItem, Words> => {
  const label = labelOf(request.issuer ?? '')
  const isPerson = request.about === 'person'
  return {
    published: [
      'Posts that are published on the platforms',
      'post',
      isPerson
        ? 'They belong to you and live there. Delete them there if you want to.'
        : `They live at ${label}. Delete them there.`,
    ],
    posts: isPerson
      ? [
          'Posts in workspaces you shared with others',
          'post',
          'They belong to the other members too. Your name, file names and alt texts are removed.',
        ]
      : [
          'Texts of posts in CrateSocial',
          'post',
          `Members of a workspace wrote them; they didn't come from ${label}. They have no links or numbers any more and can't be sent again.`,
        ],
    files: isPerson
      ? ['Your files that posts of other members use', 'file', 'Their posts need them. Your name and the file names are removed.']
      : ['Photos and videos in these posts', 'file', `Members of a workspace uploaded them; they didn't come from ${label}.`],
    accounts: [
      'Accounts you connected in workspaces that stay',
      'account',
      "Name, handle, ID and numbers are the workspace's own records. The connection is ended.",
    ],
    log: ['Activity log of workspaces that stay', 'entry', `What was done and when, without your name, for ${keepOf('events')}.`],
  }
}

/** What is kept until the last step, and until the last email is sent. */
const keptMeanwhile = (request: FollowedRequest, { fmt, labelOf }: DeletionSaying): SaidLine[] => {
  const tokens = request.steps.flatMap((step): SaidLine[] => {
    if (step.name !== 'revoke' || (step.state !== 'waits' && step.state !== 'trying')) return []
    const until = step.givesUpAt ? `, until ${fmt.when(step.givesUpAt)} at the latest` : ''
    return [
      {
        item: 'token',
        label: `Tokens for ${labelOf(step.issuer ?? '')}, encrypted`,
        note: `Only to revoke access${until}.`,
        amount: '',
      },
    ]
  })
  if (!request.hasAddress) return tokens
  const note = request.finishedAt
    ? 'To tell you that this is done. It is deleted when that email has been sent.'
    : 'To tell you when this is done. It is deleted after that email.'
  return [...tokens, { item: 'address', label: 'Your email address, encrypted', note, amount: '' }]
}

const keptAlways = (request: FollowedRequest, { fmt }: DeletionSaying): SaidLine[] => [
  ...(request.about === 'issuer'
    ? [
        {
          item: 'user',
          label: 'A CrateSocial account, if you have one',
          note: 'This request is about data from the platform. To delete your account, use the Data deletion page.',
          amount: '',
        },
      ]
    : []),
  {
    item: 'backups',
    label: `Backups made before ${fmt.date(request.finishedAt ?? request.askedAt)}`,
    note: "Backups can't be edited. The operator keeps them only to recover from a failure.",
    amount: '',
  },
  {
    item: 'logs',
    label: `Server logs, for ${logDays} days`,
    note: 'IDs and times. No names, addresses, texts or tokens.',
    amount: '',
  },
  {
    item: 'page',
    label: `This page, for ${keepOf('deletion_requests')} after the last step`,
    note: 'So that you and the platforms can check what happened. It holds no personal data.',
    amount: '',
  },
]

const order: { deleted: DeletedItem[]; kept: KeptItem[] } = {
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
  kept: ['published', 'posts', 'files', 'accounts', 'log'],
}
