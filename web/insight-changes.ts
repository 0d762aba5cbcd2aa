import type { Formats } from './formats.ts'

export type Change = { words: string; tone: 'out' | 'need' | '' }

/** `18 % more`, `3 % fewer`, `as many`, of two amounts; null where there is nothing to compare. */
export const changeOf = (now: number | null, before: number | null, fmt: Formats): Change | null => {
  if (now === null || before === null) return null
  if (now === before) return { words: 'as many', tone: '' }
  if (before <= 0) return differenceOf(now, before, fmt)
  const percent = Math.round(((now - before) / before) * 100)
  if (percent === 0) return { words: 'about as many', tone: '' }
  if (percent >= 1000) return { words: `${fmt.count(Math.round(now / before))} times as many`, tone: 'out' }
  return percent > 0 ? { words: `${percent} % more`, tone: 'out' } : { words: `${-percent} % fewer`, tone: 'need' }
}

/** `+ 212`, `− 12`: of two levels. */
export const differenceOf = (now: number | null, before: number | null, fmt: Formats): Change | null => {
  if (now === null || before === null) return null
  const difference = now - before
  if (difference === 0) return { words: 'no change', tone: '' }
  return difference > 0
    ? { words: `+ ${fmt.count(difference)}`, tone: 'out' }
    : { words: `− ${fmt.count(-difference)}`, tone: 'need' }
}
