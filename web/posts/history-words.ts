import type { HistoryLine } from '../db/post-history.ts'
import type { Names } from './act-words.ts'

/** What time and the platforms did to a target, in words; empty for lines that the history need not tell. */
export const historyWords = (line: Pick<HistoryLine, 'name' | 'targetId' | 'facts'>, names: Names): string => {
  const who = (line.targetId && names.get(line.targetId)) || 'An account'
  switch (line.name) {
    case 'target.published':
      return `${who}: published.`
    case 'target.failed':
      return `${who} refused it.`
    case 'target.unconfirmed':
      return `${who}: whether it is out could not be found out.`
    case 'target.missed':
      return `${who}: missed, nothing was sent.`
    case 'target.canceled':
      return `${who}: canceled.`
    default:
      return ''
  }
}
