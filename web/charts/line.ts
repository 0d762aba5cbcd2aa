import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { attribute, percent, shortNumbers } from './text.ts'

export type LineSpec = {
  kind: 'line'
  /** Unique on the page. */
  id: string
  title: string
  /** The key finding, for whoever cannot see it. */
  desc: string
  /** `before` is dashed, so that colour alone tells nothing. Null: no number, a gap in the line. */
  series: { tone: 'now' | 'before'; values: (number | null)[] }[]
  /** Where each value stands, 0 (left) to 1 (right). */
  places: number[]
  /** Words under the axis. */
  ticks: { place: number; words: string }[]
  /** What each place says when a pointer rests on it; empty: nothing. */
  tips: string[]
  heightPx: number
  /** Amounts begin at 0; levels such as followers do not need to. */
  fromZero: boolean
  /** A dot where a number was read, for lines between few readings. */
  dots: boolean
}

const wide = 1000

/**
 * Lines over time. The plot stretches to the width of its place and the words do not: lines are drawn in a box of their own without a
 * fixed ratio, everything else stands at percentages. Colours come from the page's sheet, so dark mode needs nothing.
 */
export const drawLines = (spec: LineSpec): string => {
  const values = spec.series.flatMap((one) => one.values).filter((value) => value !== null)
  const high = Math.max(...values, 0)
  const low = spec.fromZero ? Math.min(0, ...values) : Math.min(...values)
  const domain = high === low ? [low, low + Math.max(1, low * 0.02)] : [low, high]
  const most = spec.heightPx > 160 ? 4 : 3
  const y = scaleLinear(domain, [spec.heightPx, 6]).nice(most)
  const steps = y.ticks(most).filter((tick) => Number.isInteger(tick))
  const words = shortNumbers(steps)
  const grid = steps.map(
    (tick, index) =>
      `<line class="grid" x1="0" x2="100%" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/>` +
      `<text class="y" x="-10" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${words[index]}</text>`,
  )
  const x = (index: number) => (spec.places[index] ?? 0) * wide
  const path = line<number | null>(
    (_, index) => x(index),
    (value) => y(value ?? 0),
  )
    .defined((value) => value !== null)
    .digits(1)
  const paths = spec.series.map((one) => `<path class="line ${one.tone}" d="${path(one.values) ?? ''}"/>`).reverse()
  return (
    `<svg class="chart lines" height="${spec.heightPx}" role="img" aria-labelledby="${spec.id}-t ${spec.id}-d">` +
    `<title id="${spec.id}-t">${attribute(spec.title)}</title><desc id="${spec.id}-d">${attribute(spec.desc)}</desc>${grid.join('')}` +
    `<svg class="plot" viewBox="0 0 ${wide} ${spec.heightPx}" preserveAspectRatio="none" width="100%" height="${spec.heightPx}">${paths.join('')}</svg>` +
    `${dotsOf(spec, y)}${ticksOf(spec)}${tipsOf(spec, y)}</svg>`
  )
}

type Scale = (value: number) => number

/** A value between two gaps would not be seen as a line: it is a dot. */
const dotsOf = (spec: LineSpec, y: Scale): string =>
  spec.series
    .flatMap(({ tone, values }) =>
      values.map((value, index) => {
        const alone = (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null
        if (value === null || !(spec.dots || alone)) return ''
        return `<circle class="dot ${tone}" cx="${percent(spec.places[index])}" cy="${y(value).toFixed(1)}" r="3"/>`
      }),
    )
    .join('')

const ticksOf = (spec: LineSpec): string =>
  spec.ticks
    .map(({ place, words }, index) => {
      const anchor = place < 0.04 ? 'start' : place > 0.96 ? 'end' : 'middle'
      return `<text class="x${index % 2 ? ' odd' : ''}" x="${percent(place)}" y="${spec.heightPx + 22}" text-anchor="${anchor}">${attribute(words)}</text>`
    })
    .join('')

const tipsOf = (spec: LineSpec, y: Scale): string => {
  const now = spec.series[0]?.values ?? []
  const half = 0.5 / Math.max(1, spec.places.length - 1)
  return spec.tips
    .map((words, index) => {
      const place = spec.places[index] ?? 0
      const value = now[index] ?? null
      const dot = value === null ? '' : `<circle class="dot now" cx="${percent(place)}" cy="${y(value).toFixed(1)}" r="4"/>`
      const left = Math.max(0, place - half)
      return (
        `<g class="tip"><rect x="${percent(left)}" width="${percent(Math.min(1, place + half) - left)}" height="${spec.heightPx}"/>` +
        `${dot}<title>${attribute(words)}</title></g>`
      )
    })
    .join('')
}
