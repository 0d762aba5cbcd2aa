import { undecidedStates } from '../../db/posts/target-states.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import { firstCommentOf } from '../../platforms/first-comment.ts'
import type { Formats } from '../time/formats.ts'

/** A line of a target's card. `href` is set only for URLs that are safe to link to. */
export type ReceiptRow = { name: string; words: string; href?: string; at?: Date }

type Given = { fmt: Formats; platform: string }

/**
 * The lines about the first comment on a post's receipt. Empty if the post has no first comment.
 */
export const commentReceipt = (target: TargetRow, { fmt, platform }: Given): ReceiptRow[] => {
  if (firstCommentOf(target.settings) === '') return []
  if (target.state !== 'published')
    return undecidedStates.includes(target.state) ? [row('after the post is published')] : []
  const problem = target.commentProblem?.words
  switch (target.commentState) {
    case null:
      return [row(`as soon as ${platform} shows the post`)]
    case 'waiting': {
      const next = target.commentNotBefore ? ` Next try: ${fmt.when(target.commentNotBefore)}.` : ''
      return [row(`not added yet.${problem ? ` ${problem}` : ''}${next}`)]
    }
    case 'sending':
      return [row('checking whether it was added. It isn’t added again until this is certain')]
    case 'published':
      return [
        {
          name,
          words: [target.commentedAt ? fmt.exact(target.commentedAt) : 'added', target.commentProof]
            .filter((part) => part)
            .join(' · '),
          ...(target.commentedAt ? { at: target.commentedAt } : {}),
        },
        ...(target.commentId ? [{ name: 'Comment ID', words: target.commentId }] : []),
      ]
    case 'failed':
      return [
        row(`wasn’t added. ${problem ?? `${platform} rejected it.`} The post itself is published`),
        ...support(target),
      ]
    case 'unconfirmed':
      return [
        row(`we couldn’t confirm that it was added. ${target.commentProof ?? ''}`.trim()),
        ...support(target),
      ]
    case 'left':
      return [row('not confirmed, and dismissed')]
  }
}

const name = 'First comment'
const row = (words: string): ReceiptRow => ({ name, words })

const support = ({ commentProblem }: TargetRow): ReceiptRow[] => {
  if (!commentProblem) return []
  const code = [commentProblem.code, commentProblem.subcode].filter((part) => part).join('/')
  const trace = commentProblem.traceId ? ` · trace ${commentProblem.traceId}` : ''
  return code ? [{ name: 'For support', words: `code ${code}${trace}` }] : []
}
