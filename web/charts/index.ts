import { type BarSpec, drawBars } from './bars.ts'
import { drawHeatmap, type HeatSpec } from './heatmap.ts'
import { drawLines, drawSpark, type LineSpec, type SparkSpec } from './line.ts'

export type ChartSpec = LineSpec | HeatSpec | SparkSpec | BarSpec

/** An SVG without scripts and styles. All text in it is escaped. */
export const drawChart = (spec: ChartSpec): string => {
  if (spec.kind === 'spark') return drawSpark(spec)
  if (spec.kind === 'bars') return drawBars(spec)
  return spec.kind === 'line' ? drawLines(spec) : drawHeatmap(spec)
}
