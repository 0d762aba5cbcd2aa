import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { attribute, percent, shortNumbers } from './text.ts'

export type LineSpec = {
  kind: 'line'
  /** Unique on the page. */
  id: string
  title: string
  /** The key finding, for people who can't see the chart. */
  desc: string
  /**
   * `before` is dashed, so that meaning doesn't depend on color alone. Null values leave a gap in
   * the line.
   */
  series: { tone: 'now' | 'before'; label: string; values: (number | null)[] }[]
  /** The x position of each value, from 0 (left) to 1 (right). */
  places: number[]
  /** Labels under the axis. */
  ticks: { place: number; words: string }[]
  /** The tooltip of each value, shown by web/public/scripts/charts.js. Empty for no tooltips. */
  tips: string[]
  heightPx: number
  /** True for amounts, whose axis starts at 0. False for levels such as followers. */
  fromZero: boolean
  /** Draws a dot at each value, for lines with few readings. */
  dots: boolean
  /** Positions of events. Their descriptions are in the tooltips and beside the chart. */
  marks: number[]
  /** Positions with a circle under the axis: days with a post. */
  below: number[]
}

const wide = 1000

/**
 * A line chart over time. The plot stretches to the available width, but text does not: lines are
 * drawn in a nested SVG without a fixed aspect ratio, and everything else is placed in percent.
 * Colors come from the page's stylesheet, so dark mode works.
 */
export const drawLines = (spec: LineSpec): string => {
  const y = scaleOf(spec)
  const most = stepsOf(spec)
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
  const fill = area<number | null>()
    .x((_, index) => x(index))
    .y0(y(Math.max(0, y.domain()[0] ?? 0)))
    .y1((value) => y(value ?? 0))
    .defined((value) => value !== null)
    .digits(1)
  const under = `<path class="area" d="${fill(spec.series[0]?.values ?? []) ?? ''}"/>`
  const paths = spec.series
    .map((one) => `<path class="line ${one.tone}" d="${path(one.values) ?? ''}"/>`)
    .reverse()
  return (
    `<svg class="chart lines" height="${spec.heightPx}" role="img" aria-labelledby="${spec.id}-t ${spec.id}-d">` +
    `<title id="${spec.id}-t">${attribute(spec.title)}</title><desc id="${spec.id}-d">${attribute(spec.desc)}</desc>${grid.join('')}` +
    `<svg class="plot" viewBox="0 0 ${wide} ${spec.heightPx}" preserveAspectRatio="none" width="100%" height="${spec.heightPx}">${under}${paths.join('')}</svg>` +
    `${marksOf(spec)}${labelsOf(spec, y)}${dotsOf(spec, y)}${ticksOf(spec)}${tipsOf(spec, y)}</svg>`
  )
}

type Scale = (value: number) => number

const stepsOf = ({ heightPx }: LineSpec): number => (heightPx > 160 ? 4 : 3)

/** The y scale. Its ticks are whole numbers, so an axis of averages below 1 still ends at 1. */
const scaleOf = (spec: LineSpec) => {
  const values = spec.series.flatMap((one) => one.values).filter((value) => value !== null)
  const low = spec.fromZero ? Math.min(0, ...values) : Math.min(...values, Infinity)
  const begin = Number.isFinite(low) ? low : 0
  const high = Math.max(...values, spec.fromZero ? 1 : begin)
  const domain = high === begin ? [begin, begin + Math.max(1, begin * 0.02)] : [begin, high]
  return scaleLinear(domain, [spec.heightPx, 6]).nice(stepsOf(spec))
}

/** The value at the start of the y axis. The page mentions it if it is not 0. */
export const axisStart = (spec: LineSpec): number => scaleOf(spec).domain()[0] ?? 0

/** Draws a dot for a value between two gaps, which would be invisible as a line. */
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

const marksOf = (spec: LineSpec): string =>
  spec.marks
    .map((index) => {
      const x = percent(spec.places[index])
      return `<line class="mark" x1="${x}" x2="${x}" y1="6" y2="${spec.heightPx}"/><circle class="mark" cx="${x}" cy="6" r="4"/>`
    })
    .join('') +
  spec.below
    .map(
      (index) =>
        `<circle class="below" cx="${percent(spec.places[index])}" cy="${spec.heightPx + 9}" r="3"/>`,
    )
    .join('')

/** Labels each line at its end, so that no legend is needed. Keeps the labels from overlapping. */
const labelsOf = (spec: LineSpec, y: Scale): string => {
  if (spec.series.length < 2) return ''
  const ends = spec.series.flatMap(({ tone, label, values }) => {
    const last = values.findLast((value) => value !== null)
    return last === undefined || last === null ? [] : [{ tone, label, at: y(last) + 4 }]
  })
  const [first, second] = ends
  if (first && second && Math.abs(first.at - second.at) < 16) {
    const isAbove = first.at <= second.at
    second.at = first.at + (isAbove ? 16 : -16)
  }
  return ends
    .map(
      ({ tone, label, at }) =>
        `<text class="end ${tone}" x="100%" dx="8" y="${at.toFixed(1)}">${attribute(label)}</text>`,
    )
    .join('')
}

const ticksOf = (spec: LineSpec): string =>
  spec.ticks
    .map(({ place, words }, index) => {
      const anchor = place < 0.04 ? 'start' : place > 0.96 ? 'end' : 'middle'
      return `<text class="x${index % 2 ? ' odd' : ''}" x="${percent(place)}" y="${spec.heightPx + 30}" text-anchor="${anchor}">${attribute(words)}</text>`
    })
    .join('')

const tipsOf = (spec: LineSpec, y: Scale): string => {
  const now = spec.series[0]?.values ?? []
  const half = 0.5 / Math.max(1, spec.places.length - 1)
  return spec.tips
    .map((words, index) => {
      const place = spec.places[index] ?? 0
      const value = now[index] ?? null
      const dot =
        value === null
          ? ''
          : `<circle class="dot now" cx="${percent(place)}" cy="${y(value).toFixed(1)}" r="4"/>`
      const left = Math.max(0, place - half)
      return (
        `<g class="tip" data-words="${attribute(words)}"><rect x="${percent(left)}" width="${percent(Math.min(1, place + half) - left)}" height="${spec.heightPx}"/>` +
        `${dot}</g>`
      )
    })
    .join('')
}

export type SparkSpec = { kind: 'spark'; places: number[]; values: (number | null)[] }

/** A small line beside a number. Hidden from screen readers, because the number says the same. */
export const drawSpark = ({ places, values }: SparkSpec): string => {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return ''
  const y = scaleLinear([Math.min(...known), Math.max(...known, Math.min(...known) + 1)], [30, 4])
  const path = line<number | null>(
    (_, index) => (places[index] ?? 0) * 100,
    (value) => y(value ?? 0),
  )
    .defined((value) => value !== null)
    .digits(1)
  return (
    '<svg class="spark" viewBox="0 0 100 34" preserveAspectRatio="none" aria-hidden="true">' +
    `<path class="line now" d="${path(values) ?? ''}"/></svg>`
  )
}
