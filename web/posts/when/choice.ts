import { readClock } from '../../time/clock.ts'
import type { SlotChoice } from './slots.ts'

/**
 * How a person chose the time in the composer. `keep`: every account keeps the time that it has.
 * Empty: not yet.
 */
export type When = '' | 'keep' | SlotChoice | 'best' | 'tomorrow' | 'pick'

const choices: When[] = ['keep', 'slot', 'queue', 'best', 'tomorrow', 'pick']

/** The choices that name no time: the accounts have a time each. */
const words = ['slot', 'queue', 'keep'] as const
export type EachItsOwn = (typeof words)[number]

/** Null if the form's time is one time for all accounts. */
export const eachItsOwn = (time: string): EachItsOwn | null =>
  words.find((word) => word === time) ?? null

export const isSlotChoice = (time: string): time is SlotChoice =>
  time === 'slot' || time === 'queue'

/**
 * Reads the choice, and the time of the button `act=use:<time>` or of the fields, as `2026-12-06T18:00` or as the word of the choice. What isn't a
 * time stays as typed, such as `2026-12-06T6 o'clock`, so that it can be shown again.
 */
export const readChoice = (
  field: (name: string) => string,
  clockHours: 12 | 24,
): { when: When; time: string } => {
  const given = choices.find((one) => one === field('when')) ?? ''
  const used = /^use:(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})$/.exec(field('act'))?.[1]
  if (used) return { when: 'pick', time: used }
  const typed = typedTime(field('date'), field('clock'), clockHours)
  if (given === 'slot' || given === 'queue' || given === 'keep') return { when: given, time: given }
  if (given === 'best' || given === 'tomorrow') return { when: given, time: field(`at.${given}`) }
  const time = typed || field('time')
  const own = eachItsOwn(time)
  return own ? { when: own, time } : { when: time === '' ? given : 'pick', time }
}

const typedTime = (date: string, clock: string, clockHours: 12 | 24): string =>
  date === '' && clock === '' ? '' : `${date}T${readClock(clock, clockHours) ?? clock}`

/** The parts of the time for its two fields. Empty if there is no single time. */
export const fieldsOf = (time: string): { date: string; clock: string } => {
  if (eachItsOwn(time)) return { date: '', clock: '' }
  const [date = '', clock = ''] = time.split('T')
  return { date, clock }
}

/** What is missing or wrong in the two fields. Null if they hold a day and a time. */
export const faultOfFields = (time: string): string | null => {
  const { date, clock } = fieldsOf(time)
  if (date === '' && clock === '') return null
  if (date === '') return 'Choose a day.'
  if (clock === '') return 'Enter a time.'
  return readClock(clock) === null ? 'Enter a time such as 18:00 or 6:30pm.' : null
}

/** The choice of a form that doesn't say it, such as one that is made from a stored post. */
export const whenOf = (time: string): When => eachItsOwn(time) ?? (time === '' ? '' : 'pick')
