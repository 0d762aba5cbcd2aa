import type { AttemptRow } from '../../db/posts/attempts.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import type { Formats } from '../time/formats.ts'
import { commentReceipt, type ReceiptRow } from './comment-receipt.ts'
import { deletionReceipt } from './deletion-receipt.ts'

type Given = { fmt: Formats; platform: string; prepareAheadMs: number }

/**
 * What happened to a target, when, and what comes next, from its row and its attempts (newest
 * first).
 */
export const receiptOf = (
  target: TargetRow,
  attempts: AttemptRow[],
  given: Given,
): ReceiptRow[] => {
  const [last] = attempts
  return [
    {
      name: 'Scheduled for',
      words: given.fmt.whenToSecond(target.dueAt),
      at: target.dueAt,
    },
    ...ahead(target, given),
    ...sent(target, last, given),
    ...looking(target, last, given),
    ...said(target, given),
    ...confirmed(target, given),
    ...commentReceipt(target, given),
    ...deletionReceipt(target, given),
  ]
}

const ahead = (target: TargetRow, { fmt, prepareAheadMs, platform }: Given): ReceiptRow[] => {
  const waiting = target.waitingFor
  switch (target.state) {
    case 'scheduled': {
      const from = new Date(target.dueAt.getTime() - prepareAheadMs)
      return [{ name: 'Next', words: waiting ?? `Preparation starts ${fmt.when(from)}` }]
    }
    case 'preparing':
      return [
        {
          name: 'Preparing',
          words: waiting ?? 'Getting everything ready ahead of the scheduled time',
        },
        ...nextTry(target, fmt),
      ]
    case 'ready':
      return [
        { name: 'Ready', words: waiting ?? `Publishes ${fmt.when(target.dueAt)}` },
        ...nextTry(target, fmt),
      ]
    case 'missed':
      return [
        {
          name: 'Missed',
          words: `The scheduled time passed while ${whyMissed(target, platform)}. Nothing was sent`,
        },
      ]
    case 'erased':
      return [
        ...(target.publishedAt
          ? [{ name: 'Published', words: fmt.exact(target.publishedAt), at: target.publishedAt }]
          : []),
        {
          name: 'Data deleted',
          words: `${fmt.when(target.stateAt)}. Everything that CrateSocial got from ${platform} about this account and post was deleted. The post can’t be sent again. To publish it somewhere, duplicate it`,
        },
      ]
    case 'canceled':
      return [{ name: 'Canceled', words: `${fmt.when(target.stateAt)} · nothing was sent` }]
    default:
      return []
  }
}

const whyMissed = ({ problem }: TargetRow, platform: string): string =>
  problem?.kind === 'reauthorize'
    ? `this ${platform} account wasn’t connected`
    : 'CrateSocial wasn’t running'

/** Shown if the platform asked to wait or could not be reached. */
const nextTry = ({ notBefore }: TargetRow, fmt: Formats): ReceiptRow[] =>
  notBefore
    ? [
        {
          name: 'Next try',
          words: fmt.whenToSecond(notBefore),
          at: notBefore,
        },
      ]
    : []

const sent = (
  target: TargetRow,
  last: AttemptRow | undefined,
  { fmt, platform }: Given,
): ReceiptRow[] => {
  const at = target.sentAt ?? last?.sentAt ?? null
  if (target.state === 'sending' && !at)
    return [{ name: 'Sending', words: `Waiting for ${platform} to answer` }]
  if (!at || !last) return []
  const outcome = outcomes(platform)[last.outcome]
  return [{ name: 'Sent', words: `${fmt.exact(at)}${outcome ? ` · ${outcome}` : ''}`, at }]
}

/** Describes the outcome of a send. */
const outcomes = (platform: string): Record<AttemptRow['outcome'], string> => ({
  claimed: 'No answer yet',
  accepted: `Accepted by ${platform}`,
  refused: `Rejected by ${platform}`,
  unknown: 'The connection broke before an answer',
  not_sent: 'The request wasn’t sent',
  found: 'The connection broke before an answer, and the post was found',
  absent: 'The connection broke before an answer, and no post was created',
})

const looking = (
  target: TargetRow,
  last: AttemptRow | undefined,
  { fmt, platform }: Given,
): ReceiptRow[] => {
  const uncertain =
    target.state === 'unconfirmed' || (target.state === 'sending' && last?.outcome === 'unknown')
  if (target.state === 'processing')
    return [
      { name: 'Waiting for', words: target.waitingFor ?? `${platform} to finish processing` },
      ...finishBy(target, fmt),
    ]
  if (!uncertain) return []
  const proof = [...new Set([last?.proof, target.waitingFor])].filter((words) => words).join(' · ')
  return [
    { name: 'Checking', words: proof || `The account’s posts on ${platform}` },
    { name: 'Meanwhile', words: 'Nothing is sent again until this is certain' },
  ]
}

/** When the time ends in which the creator can finish a draft in the platform's inbox. */
const finishBy = ({ inboxUntil }: TargetRow, fmt: Formats): ReceiptRow[] =>
  inboxUntil
    ? [
        {
          name: 'Finish by',
          words: `${fmt.when(inboxUntil)}. After that, we ask you if it was published`,
          at: inboxUntil,
        },
      ]
    : []

/** The code of our own problem: the account must be reconnected. */
const ownCode = 'reconnect'

const said = (target: TargetRow, { platform }: Given): ReceiptRow[] => {
  const { problem } = target
  if (!problem) return []
  const isOurs = problem.code === ownCode
  if (isOurs && target.waitingFor?.includes(problem.words)) return [] // `waitingFor` already says it
  const code = [problem.code, problem.subcode].filter((part) => part).join('/')
  const trace = [code && `code ${code}`, problem.traceId && `trace ${problem.traceId}`]
    .filter((part) => part)
    .join(' · ')
  const name = isOurs ? 'Why' : `${platform} said`
  return [{ name, words: problem.words }, ...(trace ? [{ name: 'For support', words: trace }] : [])]
}

const confirmed = (target: TargetRow, { fmt, platform }: Given): ReceiptRow[] => {
  if (target.state !== 'published') return []
  const at = target.publishedAt ? fmt.toSecond(target.publishedAt) : ''
  return [
    { name: 'Confirmed', words: [at, target.confirmedBy].filter((part) => part).join(' · ') },
    ...(target.permalink
      ? [link(target.permalink)]
      : [
          {
            name: 'Link',
            words: target.finishedAt
              ? `Not provided by ${platform}`
              : `${platform} hasn’t provided one yet`,
          },
        ]),
    ...(target.platformPostId ? [{ name: 'Post ID', words: target.platformPostId }] : []),
  ]
}

const link = (permalink: string): ReceiptRow => {
  const words = permalink.replace(/^https?:\/\/(www\.)?/, '')
  return /^https?:\/\//.test(permalink)
    ? { name: 'Link', words, href: permalink }
    : { name: 'Link', words }
}
