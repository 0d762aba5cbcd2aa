import { scaleLinear } from 'd3-scale'
import { attribute, percent, shortNumbers } from './text.ts'

export type BarSpec = {
  kind: 'bars'
  /** Unique on the page. */
  id: string
  title: string
  /** The key finding, for people who can't see the chart. */
  desc: string
  /** `before` is undefined if nothing is compared. Null values have no bar. */
  groups: { words: string; now: number | null; before?: number | null; written: string }[]
  heightPx: number
}

/**
 * Columns over time. Like the lines, it is as wide as there is space: places are in percent. Values
 * below 0 have no column.
 */
export const drawBars = (spec: BarSpec): string => {
  const y = barScale(spec)
  const steps = y.ticks(3).filter((tick) => Number.isInteger(tick))
  const words = shortNumbers(steps)
  const grid = steps.map(
    (tick, index) =>
      `<line class="grid" x1="0" x2="100%" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/>` +
      `<text class="y" x="-10" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${words[index]}</text>`,
  )
  const bar = (tone: string, value: number | null, at: number, width: number): string => {
    if (value === null || value <= 0) return ''
    const top = y(value)
    return `<rect class="bar ${tone}" x="${percent(at)}" width="${percent(width)}" y="${top.toFixed(1)}" height="${(spec.heightPx - top).toFixed(1)}"/>`
  }
  const groups = barPlaces(spec).map(({ group, before, now, width, middle, isNamed }) => {
    const value = group.now === null ? 0 : Math.max(0, group.now)
    return (
      (before === null ? '' : bar('before', group.before ?? null, before, width)) +
      bar('now', group.now, now, width) +
      `<text class="value" x="${percent(now + width / 2)}" y="${(y(value) - 6).toFixed(1)}" text-anchor="middle">${attribute(group.written)}</text>` +
      (isNamed
        ? `<text class="x" x="${percent(middle)}" y="${spec.heightPx + 20}" text-anchor="middle">${attribute(group.words)}</text>`
        : '')
    )
  })
  return (
    `<svg class="chart bars${spec.groups.length > 7 ? ' many' : ''}" height="${spec.heightPx + 24}" role="img" aria-labelledby="${spec.id}-t ${spec.id}-d">` +
    `<title id="${spec.id}-t">${attribute(spec.title)}</title><desc id="${spec.id}-d">${attribute(spec.desc)}</desc>${grid.join('')}${groups.join('')}</svg>`
  )
}

/** The y scale: from 0 at the bottom, with space for a number above the highest column. */
const barScale = ({ groups, heightPx }: BarSpec) => {
  const values = groups.flatMap(({ now, before }) => [now ?? 0, before ?? 0])
  return scaleLinear([0, Math.max(1, ...values)], [heightPx, 20]).nice(3)
}

/**
 * Where columns are, from 0 to 1. `before` is null if nothing is compared. `isNamed`: whether its
 * words fit.
 */
const barPlaces = ({ groups }: BarSpec) => {
  const compares = groups.some(({ before }) => before !== undefined)
  const each = 1 / groups.length
  const width = each * (compares ? 0.28 : 0.46)
  const every = Math.ceil(groups.length / 7)
  return groups.map((group, index) => {
    const middle = (index + 0.5) * each
    return {
      ...{ group, width, middle },
      before: compares ? middle - width * 1.06 : null,
      now: compares ? middle + width * 0.06 : middle - width / 2,
      isNamed: index % every === 0,
    }
  })
}
