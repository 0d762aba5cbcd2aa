import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Eta } from 'eta'

const folder = join(import.meta.dirname, 'views')
const eta = new Eta({ views: folder, cache: true, autoEscape: true })

/** Renders a whole page: `views/<name>.eta` inside `views/layout.eta`, which shows `data.title`. */
export function page(name: string, data: { title: string } & Record<string, unknown>): string {
  return eta.render('layout', { ...data, view: `./${name}` })
}

export const stylesheet = (): string => readFileSync(join(folder, 'sandbox.css'), 'utf8')
