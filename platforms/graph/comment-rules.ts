import { numberFormat } from '../../text/formatters.ts'
import { firstCommentField, firstCommentOf } from '../first-comment.ts'
import type { JsonRecord } from '../json.ts'
import type { DraftForChannel, RuleFault } from '../platform.ts'
import { countCharacters, countHashtags, countMentions, countNumber } from './text.ts'

export type CommentLimits = {
  /** The platform's name in messages: "Instagram". */
  label: string
  characters: number
  hashtags?: number
  mentions?: number
  /** The permission to write comments. Connections from before first comments existed lack it. */
  scope: string
}

/** The setting as typed. Absent if the field is empty. */
export const readFirstComment = (fields: Record<string, string>): JsonRecord => {
  const text = (fields[firstCommentField] ?? '').replaceAll('\0', '').trim()
  return text === '' ? {} : { [firstCommentField]: text }
}

export const firstCommentFaults = (draft: DraftForChannel, limits: CommentLimits): RuleFault[] => {
  const text = firstCommentOf(draft.settings)
  if (text === '') return []
  const { label } = limits
  const fault = (rule: string, words: string): RuleFault => ({
    rule,
    field: 'settings',
    setting: firstCommentField,
    words: `${label}: ${words}`,
  })
  const over = countCharacters(text) - limits.characters
  const [hashtags, mentions] = [countHashtags(text), countMentions(text)]
  const faults: RuleFault[] = []
  const most = numberFormat().format(limits.characters)
  if (over > 0)
    faults.push(
      fault(
        'comment_length',
        `the first comment is ${countNumber(over, 'character')} too long. The limit is ${most}.`,
      ),
    )
  if (hashtags > (limits.hashtags ?? Number.POSITIVE_INFINITY))
    faults.push(
      fault(
        'comment_hashtags',
        `the first comment has ${hashtags} hashtags. The limit is ${limits.hashtags}.`,
      ),
    )
  if (mentions > (limits.mentions ?? Number.POSITIVE_INFINITY))
    faults.push(
      fault(
        'comment_mentions',
        `the first comment mentions ${mentions} accounts. The limit is ${limits.mentions}.`,
      ),
    )
  if (draft.granted && !draft.granted.includes(limits.scope))
    faults.push(
      fault(
        'comment_permission',
        'the connection lacks the permission to add comments. Reconnect the account, or remove the first comment.',
      ),
    )
  return faults
}
