import type { Insights } from './page.ts'

/** What an address of the page says. Without a value, a name is left out. */
type Chosen = Partial<
  Record<
    'range' | 'from' | 'to' | 'made' | 'platform' | 'format' | 'label' | 'metric' | 'by',
    string | undefined
  >
>

/** The addresses of a page. Each keeps what is chosen, except for its own change. */
export type Links = {
  path: string
  to(change: Chosen): string
  /** The days and filters, without the chart's number and the order of posts. */
  query: string
  /** What a form that sets these names keeps, as hidden fields. */
  kept(...without: (keyof Chosen)[]): [name: string, value: string][]
}

const defaults: Chosen = { metric: 'views', by: 'views', made: 'all' }

export const linksOf = ({
  workspace,
  channel,
  range,
  made,
  filters,
  line,
  by,
}: Insights): Links => {
  const path = `/w/${workspace.slug}/insights${channel ? `/${channel.id}` : ''}`
  const days: Chosen =
    range.key === 'own' ? { from: range.from, to: range.to } : { range: range.key }
  const limits: Chosen = {
    made,
    platform: filters.platform?.name,
    format: filters.kind?.name,
    label: filters.label?.name,
  }
  const all: Chosen = { ...days, ...limits, metric: line.metric, by }
  const entries = (chosen: Chosen): [string, string][] =>
    Object.entries(chosen).flatMap(([name, value]): [string, string][] =>
      value === undefined || value === defaults[name as keyof Chosen] ? [] : [[name, value]],
    )
  return {
    path,
    to: (change) => `${path}?${new URLSearchParams(entries({ ...all, ...change }))}`,
    query: new URLSearchParams(entries({ ...days, ...limits })).toString(),
    kept: (...without) => entries(all).filter(([name]) => !without.includes(name as keyof Chosen)),
  }
}
