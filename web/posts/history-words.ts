import type { HistoryLine } from '../../db/posts/post-history.ts'
import type { Names } from './act-words.ts'

/** Codes of our own problems, for which no platform was called. */
const ownCodes = new Set(['reconnect', 'disconnected', 'grant_ended', 'check'])

/** Describes what happened to a target. Empty for lines that the history leaves out. */
export const historyWords = (
  line: Pick<HistoryLine, 'name' | 'targetId' | 'facts'>,
  names: Names,
): string => {
  const who = (line.targetId && names.get(line.targetId)) || 'An account'
  switch (line.name) {
    case 'target.published':
      return `${who}: published.`
    case 'target.failed':
      return ownCodes.has(String(line.facts.code))
        ? `${who}: not sent because the account wasn’t connected.`
        : `${who}: rejected.`
    case 'target.unconfirmed':
      return `${who}: we couldn’t confirm that it was published.`
    case 'target.missed':
      return `${who}: missed. Nothing was sent.`
    case 'comment.published':
      return `${who}: first comment added.`
    case 'comment.failed':
      return `${who}: the first comment wasn’t added.`
    case 'comment.unconfirmed':
      return `${who}: we couldn’t confirm the first comment.`
    case 'review.escalated':
      return 'Nobody had approved it. The admins were told.'
    case 'review.held':
      return 'On hold: not approved in time. Nothing was sent.'
    case 'deletion.deleted':
      return `${who}: deleted there.`
    case 'deletion.failed':
      return `${who}: not deleted there.`
    case 'deletion.unconfirmed':
      return `${who}: we couldn’t confirm that it was deleted there.`
    case 'target.canceled':
      return `${who}: canceled.`
    default:
      return ''
  }
}
