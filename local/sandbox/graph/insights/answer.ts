import type { GraphCall } from '../calls/call.ts'
import { refuse } from '../calls/refusal.ts'

export type InsightValue = { value: unknown; end_time?: string }

/** One metric in Meta's format (fact sheet 4.1). */
export function insight(
  objectId: string,
  name: string,
  period: string,
  shown: { values: InsightValue[] } | { total_value: { value: number } },
): object {
  return {
    name,
    period,
    ...shown,
    title: titleOf(name),
    description: titleOf(name),
    id: `${objectId}/insights/${name}/${period}`,
  }
}

const titleOf = (name: string): string => {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The media-view metrics require v23 or newer (fact sheet 4.4 and 7). */
const sinceV23 = new Set([
  'page_media_view',
  'page_total_media_view_unique',
  'post_media_view',
  'post_total_media_view_unique',
])

/** `/{id}/insights/{metric}` has one metric in its path. */
export function metricsOf(call: GraphCall): string[] {
  const inPath = call.c.req.param('metric')
  return (inPath ? [inPath] : call.parameters.list('metric')).map((name) => String(name).trim())
}

/**
 * The metrics of a call. One retired or unknown metric fails the whole call.
 * @throws GraphRefusal 3001/1504028 or 100
 */
export function readMetrics(
  call: GraphCall,
  known: Iterable<string>,
  names = metricsOf(call),
): string[] {
  if (names.length === 0) {
    throw refuse.general(
      3001,
      1504028,
      '(#3001) Metric is required: no metric was specified to be fetched.',
    )
  }
  const valid = new Set(known)
  const { world, settings } = call.meta
  const today = new Date(world.clock.now()).toISOString().slice(0, 10)
  const isDead = (name: string) => (settings.retiredMetrics[name] ?? '9999') <= today
  const isTooNew = (name: string) => sinceV23.has(name) && Number(call.version.slice(1)) < 23
  if (names.some((name) => !valid.has(name) || isDead(name) || isTooNew(name)))
    throw refuse.parameter('The value must be a valid insights metric')
  return names
}

/** `since` or `until`: Unix seconds or a date. Returns milliseconds. */
export function readMoment(call: GraphCall, name: string): number | undefined {
  const text = call.parameters.text(name)
  if (text === undefined) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (Number.isNaN(ms)) throw refuse.parameter(`Param ${name} is no time`)
  return ms
}

/** URLs for previous and next: the same call for the time before and after. */
export function timePaging(call: GraphCall, sinceMs: number, untilMs: number): object {
  const span = untilMs - sinceMs
  return {
    previous: shifted(call, sinceMs - span, sinceMs),
    next: shifted(call, untilMs, untilMs + span),
  }
}

function shifted(call: GraphCall, sinceMs: number, untilMs: number): string {
  const url = new URL(call.meta.world.baseUrl('/graph') + call.graphPath)
  for (const [name, value] of Object.entries(call.c.req.query())) url.searchParams.set(name, value)
  if (call.tokenText) url.searchParams.set('access_token', call.tokenText)
  url.searchParams.set('since', String(Math.floor(sinceMs / 1000)))
  url.searchParams.set('until', String(Math.floor(untilMs / 1000)))
  return url.href
}
