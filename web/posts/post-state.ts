import { type TargetState, underWayStates, unsentStates } from '../../db/posts/target-states.ts'

/** Colors express state only. See web/public/styles/tokens.css. */
type Tone = 'out' | 'way' | 'wait' | 'need' | ''
export type Pill = { words: string; tone: Tone }

type Part = { state: TargetState; channelState?: string; channelName?: string; publishedAt?: Date | string | null }

/** A short label for a target. */
export const pillOf = (target: Pick<Part, 'state' | 'publishedAt'>): Pill =>
  target.state === 'erased' ? erased([target]) : { words: target.state, tone: tones[target.state] }

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
export const overallPill = (postState: 'draft' | 'scheduled', parts: Part[]): Pill => {
  const live = parts.filter((part) => part.state !== 'canceled')
  if (parts.length === 0) return { words: postState === 'draft' ? 'draft' : 'canceled', tone: '' }
  if (live.length === 0) return { words: 'canceled', tone: '' }
  const has = (...states: TargetState[]) => live.filter((part) => states.includes(part.state))
  const some = (found: Part[], word: string) => (found.length < live.length ? `${found.length} of ${live.length} ${word}` : word)
  if (has('failed').length > 0) return { words: some(has('failed'), 'failed'), tone: 'need' }
  if (has('missed').length > 0) return { words: some(has('missed'), 'missed'), tone: 'need' }
  if (has('unconfirmed').length > 0) return { words: 'unconfirmed', tone: 'wait' }
  if (has(...underWayStates).length > 0) return { words: 'going out', tone: 'way' }
  const waiting = has(...unsentStates)
  if (waiting.length === 0 && live.every((part) => part.state === 'erased')) return erased(live)
  if (waiting.length === 0) return { words: 'published', tone: 'out' }
  if (waiting.length < live.length) return { words: 'going out', tone: 'way' }
  return stillAhead(waiting)
}

const stillAhead = (waiting: Part[]): Pill => {
  const cut = waiting.find((part) => part.channelState !== undefined && part.channelState !== 'connected')
  if (cut) return { words: `waits for ${cut.channelName}`, tone: 'wait' }
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
