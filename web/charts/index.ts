import { drawHeatmap, type HeatSpec } from './heatmap.ts'
import { drawLines, type LineSpec } from './line.ts'

export type ChartSpec = LineSpec | HeatSpec

/** SVG without scripts and styles; every word in it is escaped. */
export const drawChart = (spec: ChartSpec): string => (spec.kind === 'line' ? drawLines(spec) : drawHeatmap(spec))
