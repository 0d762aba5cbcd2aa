import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Dashboard = {
  uid: string
  title: string
  panels: {
    id: number
    title: string
    gridPos: { x: number; y: number; w: number; h: number }
    targets: { expr: string; datasource: { uid: string } }[]
  }[]
}

/** The dashboards that Grafana loads. */
export function dashboards(): Dashboard[] {
  const folder = fileURLToPath(
    new URL('../../../production/observability/grafana/dashboards/', import.meta.url),
  )
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(`${folder}${name}`, 'utf8')))
}
