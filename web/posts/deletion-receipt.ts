import type { TargetRow } from '../../db/posts/targets.ts'
import type { Formats } from '../time/formats.ts'
import type { ReceiptRow } from './comment-receipt.ts'

type Deletion = Pick<TargetRow, 'deletionState'>

export const isDeleted = ({ deletionState }: Deletion): boolean => deletionState === 'deleted'
export const isBeingDeleted = ({ deletionState }: Deletion): boolean =>
  deletionState === 'asked' || deletionState === 'sending'

/** Whether the row lets a person ask for it. What its platform can do is another question. */
export const mayDeleteThere = (target: TargetRow): boolean =>
  target.state === 'published' &&
  target.platformPostId !== null &&
  !isDeleted(target) &&
  !isBeingDeleted(target) &&
  target.commentState !== 'sending'

type Given = { fmt: Formats; platform: string }

/** The lines about deleting a published post at its platform. Empty if nobody asked for it. */
export const deletionReceipt = (target: TargetRow, { fmt, platform }: Given): ReceiptRow[] => {
  if (target.deletionState === null || !target.deletionAskedAt) return []
  const who = target.deletionAskedByName ? ` by ${target.deletionAskedByName}` : ''
  const asked = {
    name: 'Deletion asked',
    words: `${fmt.when(target.deletionAskedAt)}${who}`,
    at: target.deletionAskedAt,
  }
  const call = target.deletionSentAt
    ? [
        {
          name: 'Deletion sent',
          words: [fmt.exact(target.deletionSentAt), target.deletionAnswer]
            .filter(Boolean)
            .join(' · '),
          at: target.deletionSentAt,
        },
      ]
    : []
  return [asked, ...call, outcomeOf(target, fmt, platform)]
}

const outcomeOf = (target: TargetRow, fmt: Formats, platform: string): ReceiptRow => {
  const problem = target.deletionProblem?.words ?? ''
  const ended = target.deletionEndedAt
  const at = ended ? { at: ended } : {}
  switch (target.deletionState) {
    case 'deleted':
      return {
        ...{ name: 'Deleted there', ...at },
        words: [ended ? fmt.exact(ended) : '', target.deletionProof].filter(Boolean).join(' · '),
      }
    case 'failed':
      return {
        ...{ name: 'Not deleted', ...at },
        words: [problem, target.deletionProof].filter(Boolean).join(' '),
      }
    case 'unconfirmed':
      return {
        ...{ name: 'Not confirmed', ...at },
        words: `We couldn’t see whether ${platform} still has it. Look there. ${problem}`.trim(),
      }
    case 'sending':
      return { name: 'Deleting', words: `checking whether ${platform} still shows it` }
    default: {
      const next = target.deletionNotBefore
        ? ` Next try: ${fmt.when(target.deletionNotBefore)}.`
        : ''
      return { name: 'Deleting', words: `not sent yet. ${problem}${next}`.trim() }
    }
  }
}
