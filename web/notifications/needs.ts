import type { Need } from '../../db/notifications/needs.ts'
import { askAgainMs } from '../channels/asking.ts'

/**
 * `ask`: what a manager can do instead of `action`, which is for admins. `dismiss`: the form that
 * removes the item. `version`: that of the post, if the item is about one.
 */
export type SaidNeed = {
  /** Red for what failed or is lost, amber for what is uncertain or still to come. */
  tone: 'need' | 'wait'
  icon: string
  /** The name of the platform it is about. Null if it is about a whole sign-in. */
  platform: string | null
  title: string
  words: string
  path: string
  action: string
  ask: { grantId: string; asked: string | null; again: boolean } | null
  dismiss: { path: string; version: number | null }
}

/**
 * A need as text with its consequence and one action. `when` formats a time in the workspace's
 * zone.
 */
export const sayNeed = (need: Need, when: (date: Date) => string, nowMs: number): SaidNeed => {
  switch (need.about) {
    case 'channel':
      return {
        ...{ tone: 'need', icon: 'plug-connected-x', platform: need.platform },
        title: `${need.channelName} ${need.accounts > 1 ? 'need' : 'needs'} to be reconnected`,
        words: `The connection has expired. ${onHold(need.waiting, need.firstDueAt, when)}`,
        path: '/channels',
        action: 'Reconnect',
        ask: askOf(need, when, nowMs),
        dismiss: { path: `/today/lost/${need.channelId}`, version: null },
      }
    case 'ending':
      return {
        ...{ tone: 'wait', icon: 'clock', platform: null },
        title: `The connection through ${need.grantName || 'the person who made it'} expires ${when(need.endsAt)}`,
        words: `${need.grantName || 'That person'} needs to sign in again before then. ${dueAfter(need.waiting, need.firstDueAt, when)}`,
        path: '/channels',
        action: 'Renew',
        ask: askOf(need, when, nowMs),
        dismiss: { path: `/today/ending/${need.grantId}`, version: null },
      }
    case 'target': {
      const path = `/posts/${need.postId}`
      return {
        ...markOf(need),
        title: titleOfTarget(need),
        words: whyWords(need),
        path,
        action: 'Review',
        ask: null,
        dismiss: { path: `${path}/targets/${need.targetId}`, version: need.version },
      }
    }
    case 'held': {
      const path = `/posts/${need.postId}`
      return {
        ...{ tone: 'need', icon: 'player-pause', platform: null },
        title: `${postWords(need.text)} is on hold: not approved in time`,
        words:
          need.state === 'approved'
            ? 'It was approved after its time, so nothing was sent. Publish it now, or move it.'
            : `Nobody approved it by ${when(need.dueAt)}. Nothing was sent.`,
        path,
        action: 'Review',
        ask: null,
        dismiss: { path: `${path}/review`, version: need.version },
      }
    }
    case 'deletion':
      return {
        ...markOf(need),
        title: titleOfDeletion(need),
        words: deletionWords(need),
        path: `/posts/${need.postId}`,
        action: 'Review',
        ask: null,
        dismiss: { path: `/today/deletion/${need.targetId}`, version: null },
      }
    case 'comment': {
      const path = `/posts/${need.postId}`
      return {
        ...markOf(need),
        title: titleOfComment(need),
        words: `The post itself is published. ${need.problem?.words ?? 'Check the post, then decide here.'}`,
        path,
        action: 'Review',
        ask: null,
        dismiss: { path: `${path}/targets/${need.targetId}/comment`, version: need.version },
      }
    }
  }
}

const markOf = ({
  state,
  platform,
}: Extract<Need, { about: 'target' | 'comment' | 'deletion' }>): Pick<
  SaidNeed,
  'tone' | 'icon' | 'platform'
> =>
  state === 'unconfirmed'
    ? { tone: 'wait', icon: 'help-circle', platform }
    : { tone: 'need', icon: 'alert-circle', platform }

const onHold = (count: number, firstDueAt: Date | null, when: (date: Date) => string): string => {
  if (count === 0) return 'No posts are scheduled for it.'
  const posts = count === 1 ? '1 scheduled post is on hold' : `${count} scheduled posts are on hold`
  return firstDueAt
    ? `${posts} (${count === 1 ? '' : 'the first '}${when(firstDueAt)}).`
    : `${posts}.`
}

const dueAfter = (count: number, firstDueAt: Date | null, when: (date: Date) => string): string => {
  if (count === 0) return 'No posts are scheduled after that.'
  const posts =
    count === 1 ? '1 post is scheduled after that' : `${count} posts are scheduled after that`
  return firstDueAt
    ? `${posts} (${count === 1 ? '' : 'the first '}${when(firstDueAt)}).`
    : `${posts}.`
}

/** For example "Asked today 14:21". After a day, the admins can be asked again. */
export const askOf = (
  { grantId, askedAt }: { grantId: string; askedAt: Date | null },
  when: (date: Date) => string,
  nowMs: number,
): NonNullable<SaidNeed['ask']> => ({
  grantId,
  asked: askedAt ? `Asked ${when(askedAt)}` : null,
  again: askedAt === null || nowMs - askedAt.getTime() >= askAgainMs,
})

type TargetNeed = Extract<Need, { about: 'target' }>

const postWords = (text: string): string =>
  text.trim() ? `“${shortened(text.trim())}”` : 'A post without text'

const titleOfComment = ({
  text,
  state,
  channelName,
}: Extract<Need, { about: 'comment' }>): string =>
  state === 'failed'
    ? `The first comment on ${postWords(text)} wasn’t added on ${channelName}`
    : `We couldn’t confirm the first comment on ${postWords(text)} on ${channelName}`

type DeletionNeed = Extract<Need, { about: 'deletion' }>

const titleOfDeletion = ({ text, state, channelName }: DeletionNeed): string =>
  state === 'failed'
    ? `${postWords(text)} wasn’t deleted from ${channelName}`
    : `We couldn’t confirm that ${postWords(text)} was deleted from ${channelName}`

const deletionWords = ({ state, problem }: DeletionNeed): string =>
  [
    problem?.words,
    state === 'failed'
      ? 'The post is still published.'
      : 'Check whether it’s still there, then decide here.',
  ]
    .filter(Boolean)
    .join(' ')

const titleOfTarget = ({ text, state, channelName }: TargetNeed): string => {
  const post = postWords(text)
  switch (state) {
    case 'failed':
      return `${post} was rejected for ${channelName}`
    case 'unconfirmed':
      return `We couldn’t confirm that ${post} was published to ${channelName}`
    case 'missed':
      return `${post} missed its scheduled time on ${channelName}`
  }
}

const whyWords = (need: TargetNeed): string => {
  if (need.problem) return need.problem.words
  switch (need.state) {
    case 'missed':
      return 'CrateSocial wasn’t running at its scheduled time. Nothing was sent.'
    case 'unconfirmed':
      return 'The connection broke before the platform answered. We won’t send it again until you decide.'
    case 'failed':
      return 'The platform rejected it. We won’t send it again until you decide.'
  }
}

const shortened = (text: string): string =>
  text.length > 50 ? `${text.slice(0, 49).trimEnd()}…` : text
