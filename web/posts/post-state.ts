import type { ReviewState } from '../../db/posts/reviews/states.ts'
import { type TargetState, underWayStates, unsentStates } from '../../db/posts/target-states.ts'

/** Colors express state only. See web/public/styles/tokens.css. */
type Tone = 'out' | 'way' | 'wait' | 'need' | ''
export type Pill = { words: string; tone: Tone }

type Part = {
  state: TargetState
  platform: string
  channelState?: string
  channelName?: string
  publishedAt?: Date | string | null
  inboxUntil?: Date | string | null
  deletionState?: string | null
}

/** A draft in the platform's inbox isn't going out: its creator has to finish it there. */
const isInInbox = ({ state, inboxUntil }: Pick<Part, 'state' | 'inboxUntil'>): boolean =>
  state === 'processing' && Boolean(inboxUntil)

/**
 * What a person has to do for the drafts in a platform's inbox, and until when: "In the TikTok
 * inbox: finish it in the TikTok app by Mon 7 Dec 10:00". Empty if there is none.
 */
export const inboxWords = (
  parts: Pick<Part, 'state' | 'platform' | 'inboxUntil'>[],
  label: (platform: string) => string,
  when: (date: Date) => string,
): string => {
  const [first] = parts
    .filter(isInInbox)
    .sort((a, b) => Number(new Date(a.inboxUntil ?? 0)) - Number(new Date(b.inboxUntil ?? 0)))
  if (!first) return ''
  const app = label(first.platform)
  return `In the ${app} inbox: finish it in the ${app} app by ${when(new Date(first.inboxUntil ?? 0))}`
}

/** A short label for a target. */
export const pillOf = (
  target: Pick<Part, 'state' | 'publishedAt' | 'inboxUntil' | 'deletionState'>,
): Pill => {
  if (target.deletionState === 'deleted') return deletedThere
  if (target.state === 'erased') return erased([target])
  return isInInbox(target) ? inInbox : { words: target.state, tone: tones[target.state] }
}

const deletedThere: Pill = { words: 'deleted there', tone: '' }
const inInbox: Pill = { words: 'in the inbox', tone: 'wait' }

/**
 * For targets whose platform data was deleted. Whether they were published can no longer be
 * checked.
 */
const erased = (parts: Pick<Part, 'publishedAt'>[]): Pill => ({
  words: `${parts.every((part) => part.publishedAt) ? 'published' : 'sent'}, platform data deleted`,
  tone: '',
})

/**
 * A short label for a whole post. What needs attention comes first, then uncertain outcomes, then
 * sends in progress.
 */
export const overallPill = (
  postState: 'draft' | 'scheduled',
  parts: Part[],
  review: ReviewState | null = null,
): Pill => {
  const pill = pillOfParts(postState, parts)
  const isAhead = parts.length === 0 || parts.some(({ state }) => unsentStates.includes(state))
  const isCalm = pill.tone === 'way' || pill.words === 'draft'
  return review && review !== 'approved' && isAhead && isCalm ? reviewPills[review] : pill
}

/** The state of a review, shown before what is still ahead. */
export const reviewPills: Record<ReviewState, Pill> = {
  waiting: { words: 'in review', tone: 'wait' },
  changes: { words: 'changes requested', tone: 'need' },
  edited: { words: 'needs approval', tone: 'wait' },
  held: { words: 'on hold: not approved', tone: 'need' },
  approved: { words: 'approved', tone: 'out' },
}

const pillOfParts = (postState: 'draft' | 'scheduled', parts: Part[]): Pill => {
  const live = parts.filter((part) => part.state !== 'canceled')
  if (parts.length === 0) return { words: postState === 'draft' ? 'draft' : 'canceled', tone: '' }
  if (live.length === 0) return { words: 'canceled', tone: '' }
  const has = (...states: TargetState[]) => live.filter((part) => states.includes(part.state))
  const some = (found: Part[], word: string) =>
    found.length < live.length ? `${found.length} of ${live.length} ${word}` : word
  if (has('failed').length > 0) return { words: some(has('failed'), 'failed'), tone: 'need' }
  if (has('missed').length > 0) return { words: some(has('missed'), 'missed'), tone: 'need' }
  if (has('unconfirmed').length > 0) return { words: 'unconfirmed', tone: 'wait' }
  const drafts = live.filter(isInInbox)
  if (has(...underWayStates).length > drafts.length) return { words: 'publishing', tone: 'way' }
  if (drafts.length > 0) return { ...inInbox, words: some(drafts, inInbox.words) }
  const waiting = has(...unsentStates)
  if (waiting.length === 0 && live.every((part) => part.state === 'erased')) return erased(live)
  if (waiting.length === 0 && live.every((part) => part.deletionState === 'deleted'))
    return deletedThere
  if (waiting.length === 0) return { words: 'published', tone: 'out' }
  if (waiting.length < live.length) return { words: 'publishing', tone: 'way' }
  return stillAhead(waiting)
}

const stillAhead = (waiting: Part[]): Pill => {
  const cut = waiting.find(
    (part) => part.channelState !== undefined && part.channelState !== 'connected',
  )
  if (cut) return { words: `on hold: ${cut.channelName}`, tone: 'wait' }
  if (waiting.every((part) => part.state === 'ready')) return { words: 'ready', tone: 'way' }
  if (waiting.some((part) => part.state !== 'scheduled')) return { words: 'preparing', tone: 'way' }
  return { words: 'scheduled', tone: 'way' }
}

const tones: Record<TargetState, Tone> = {
  scheduled: 'way',
  preparing: 'way',
  ready: 'way',
  sending: 'way',
  processing: 'way',
  published: 'out',
  failed: 'need',
  unconfirmed: 'wait',
  missed: 'need',
  canceled: '',
  erased: '',
}
