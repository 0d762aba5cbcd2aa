import { attribute, percent } from './text.ts'

export type HeatSpec = {
  kind: 'heat'
  id: string
  title: string
  desc: string
  rows: string[]
  columns: number
  /** Labels above some of the columns. */
  heads: { column: number; words: string }[]
  /**
   * `level` is 0 to 4. `few`: based on too few values, drawn small. `best`: drawn with a ring, so
   * that meaning doesn't depend on color alone.
   */
  cells: {
    row: number
    column: number
    level: number
    few: boolean
    best: boolean
    words: string
  }[]
}

const rowPx = 24
const headPx = 20

/** A grid of squares where darker means more. Cells without data are left empty. */
export const drawHeatmap = (spec: HeatSpec): string => {
  const heightPx = headPx + spec.rows.length * rowPx
  const step = 1 / spec.columns
  const heads = spec.heads.map(
    ({ column, words }) =>
      `<text class="x" x="${percent(column * step)}" y="12">${attribute(words)}</text>`,
  )
  const rows = spec.rows.map(
    (words, row) =>
      `<text class="y" x="-10" y="${headPx + row * rowPx + 16}" text-anchor="end">${attribute(words)}</text>` +
      `<rect class="ground" x="0" y="${headPx + row * rowPx + 1}" width="100%" height="${rowPx - 2}" rx="4"/>`,
  )
  return (
    `<svg class="chart heat" height="${heightPx}" role="img" aria-labelledby="${spec.id}-t ${spec.id}-d">` +
    `<title id="${spec.id}-t">${attribute(spec.title)}</title><desc id="${spec.id}-d">${attribute(spec.desc)}</desc>` +
    `${heads.join('')}${rows.join('')}${spec.cells.map((cell) => drawCell(cell, step)).join('')}</svg>`
  )
}

const drawCell = (cell: HeatSpec['cells'][number], step: number): string => {
  const insetPx = cell.few ? 7 : 2
  const top = headPx + cell.row * rowPx + insetPx
  const share = cell.few ? 0.44 : 0.88
  const left = cell.column * step + (step * (1 - share)) / 2
  const name = `cell q${cell.level}${cell.best ? ' best' : ''}`
  return `<g class="tip" data-words="${attribute(cell.words)}"><rect class="${name}" x="${percent(left)}" y="${top}" width="${percent(step * share)}" height="${rowPx - 2 * insetPx}" rx="3"/></g>`
}
