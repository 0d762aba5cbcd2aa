import type { DeletionItem, KeptItem } from '../../db/privacy/deletion-items.ts'
import type { FollowedRequest } from '../../db/privacy/deletion-requests.ts'
import { logDays } from '../../db/privacy/retention.ts'
import { itemOrder, keepOf, type SaidLine, type Words } from './deletion-lists.ts'
import { count, type DeletionSaying } from './deletion-words.ts'

// promise: E3
export const sayKept = (
  request: FollowedRequest,
  items: DeletionItem[],
  saying: DeletionSaying,
): SaidLine[] => [
  ...itemOrder.kept.flatMap((item): SaidLine[] => {
    const found = items.find((one) => one.list === 'kept' && one.item === item)
    if (!found) return []
    const [label, one, note = ''] = keptWords(request, saying)[item]
    return [{ item, label, note, amount: count(found.amount, one) }]
  }),
  ...keptMeanwhile(request, saying),
  ...keptAlways(request, saying),
]

const keptWords = (
  request: FollowedRequest,
  { labelOf }: DeletionSaying,
): Record<KeptItem, Words> => {
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
          `Members of a workspace wrote them; they didn’t come from ${label}. They have no links or numbers anymore and can’t be sent again.`,
        ],
    files: isPerson
      ? [
          'Your files that posts of other members use',
          'file',
          'Their posts need them. Your name and the file names are removed.',
        ]
      : [
          'Photos and videos in these posts',
          'file',
          `Members of a workspace uploaded them; they didn’t come from ${label}.`,
        ],
    accounts: [
      'Accounts you connected in workspaces that stay',
      'account',
      'Name, handle, ID and numbers are the workspace’s own records. The connection is ended.',
    ],
    notes: [
      'Your notes in Insights of workspaces that stay',
      'note',
      `They belong to the other members too, for ${keepOf('annotations')} after their day. Your name is removed.`,
    ],
    log: [
      'Activity log of workspaces that stay',
      'entry',
      `What was done and when, without your name, for ${keepOf('events')}.`,
    ],
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
    note: 'Backups can’t be edited. The operator keeps them only to recover from a failure.',
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
