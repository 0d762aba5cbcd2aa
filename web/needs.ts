import { listNeeds, type Need } from '../db/needs.ts'
import { countUnseenNotices } from '../db/notices.ts'
import { findPause } from '../db/pauses.ts'
import { isPartial } from './answers.ts'
import { forMembers, type WebDeps } from './env.ts'

/** What needs a person in this workspace is shown on every page of it. */
export const loadNeeds = (deps: WebDeps) =>
  forMembers.createMiddleware(async (c, next) => {
    const { id } = c.get('workspace')
    const mine = { workspaceId: id, userId: c.get('user').id }
    const [needs, pause, unseen] = isPartial(c)
      ? [[], null, 0]
      : await Promise.all([
          listNeeds(deps.sql, id, new Date(deps.now())),
          findPause(deps.sql, id),
          countUnseenNotices(deps.sql, mine),
        ])
    c.set('unseen', unseen)
    c.set('needs', needs)
    c.set('pause', pause)
    await next()
  })

export type SaidNeed = { title: string; words: string; path: string; action: string }

/** A need in words, with its consequence and one button; `when` writes a time in the workspace's zone. */
export const sayNeed = (need: Need, when: (date: Date) => string): SaidNeed => {
  if (need.about === 'channel') {
    const waiting =
      { 0: 'Nothing is scheduled for it.', 1: 'One post waits for it' }[need.waiting] ?? `${need.waiting} posts wait for it`
    const first = need.firstDueAt ? `${need.waiting > 1 ? '; the first goes out' : ', due'} ${when(need.firstDueAt)}.` : ''
    const words = `The connection ended and only a person can bring it back. ${waiting}${first}`
    return {
      title: `${need.channelName} ${need.accounts > 1 ? 'need' : 'needs'} to be reconnected`,
      words,
      path: '/channels',
      action: 'Reconnect',
    }
  }
  if (need.about === 'ending') {
    const waiting =
      { 0: 'No post is due after it', 1: 'One post is due after it' }[need.waiting] ?? `${need.waiting} posts are due after it`
    const first = need.firstDueAt ? `${need.waiting > 1 ? '; the first' : ''}, ${when(need.firstDueAt)}` : ''
    const who = need.grantName || 'whoever connected it'
    const title = `The connection through ${who} ends ${when(need.endsAt)}`
    const words = `Only ${who} can renew it, by signing in again. ${waiting}${first}.`
    return { title, words, path: '/channels', action: 'Renew' }
  }
  const about = need.text.trim() ? `“${shortened(need.text.trim())}”` : 'A post without text'
  return {
    title: `${about} ${stateWords[need.state]} ${need.channelName}`,
    words: whyWords(need),
    path: `/posts/${need.postId}`,
    action: 'Look',
  }
}

const stateWords = { failed: 'was refused for', unconfirmed: 'may or may not be on', missed: 'missed its time on' }

const whyWords = (need: Extract<Need, { about: 'target' }>): string => {
  if (need.problem) return need.problem.words
  if (need.state === 'missed') return 'CrateSocial was not running when it was due. Nothing was sent.'
  if (need.state === 'unconfirmed') return 'The connection broke before an answer. Nothing will be sent again until you decide.'
  return 'The platform refused it. Nothing is tried again by itself.'
}

const shortened = (text: string): string => (text.length > 50 ? `${text.slice(0, 49).trimEnd()}…` : text)
