import type { TargetState } from '../db/target-states.ts'

/** Colour means state and nothing else: see the tokens in web/public. */
export type Tone = 'out' | 'way' | 'wait' | 'need' | ''
export type Pill = { words: string; tone: Tone }

type Part = { state: TargetState; channelState?: string; channelName?: string }

/** One word for a target. */
export const pillOf = (state: TargetState): Pill => ({ words: state, tone: tones[state] })

/** One word for a whole post: what needs a person first, then what is uncertain, then what is on its way. */
export const overallPill = (postState: 'draft' | 'scheduled', parts: Part[]): Pill => {
  const live = parts.filter((part) => part.state !== 'canceled')
  if (parts.length === 0) return { words: postState === 'draft' ? 'draft' : 'canceled', tone: '' }
  if (live.length === 0) return { words: 'canceled', tone: '' }
  const has = (...states: TargetState[]) => live.filter((part) => states.includes(part.state))
  const some = (found: Part[], word: string) => (found.length < live.length ? `${found.length} of ${live.length} ${word}` : word)
  if (has('failed').length > 0) return { words: some(has('failed'), 'failed'), tone: 'need' }
  if (has('missed').length > 0) return { words: some(has('missed'), 'missed'), tone: 'need' }
  if (has('unconfirmed').length > 0) return { words: 'unconfirmed', tone: 'wait' }
  if (has('sending', 'processing').length > 0) return { words: 'going out', tone: 'way' }
  const waiting = has('scheduled', 'preparing', 'ready')
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
}
