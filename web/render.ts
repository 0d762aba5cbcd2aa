import { Eta } from 'eta'
import { type Formats, formats } from './formats.ts'
import type { AnyContext, User, Workspace } from './env.ts'

export type View = Record<string, unknown>

/** Renders pages and partials from `web/views`. */
export type Renderer = {
  /** The full page in the layout, or the bare partial when htmx asked for a part: same data, same templates. */
  page(c: AnyContext, view: string, data: View, status?: number): Response
  /** Only the partial, whoever asks. */
  partial(c: AnyContext, view: string, data: View, status?: number): Response
  /** Text of a template, for mail. */
  text(view: string, data: View): string
}

const views = new URL('./views/', import.meta.url).pathname
export const platformViews = new URL('../platforms/', import.meta.url).pathname

export const createRenderer = (options: { cache: boolean; assets: (name: string) => string }): Renderer => {
  const eta = new Eta({
    views,
    cache: options.cache,
    debug: !options.cache,
    autoFilter: true,
    filterFunction: (value: unknown) => (value === null || value === undefined ? '' : String(value)),
    functionHeader: 'const { icon, badge, asset } = it.h; const fmt = it.fmt;',
  })
  const render = (c: AnyContext, view: string, data: View): string => eta.render(`./${view}`, around(c, data, options.assets))
  return {
    page: (c, view, data, status = 200) => {
      c.header('Cache-Control', 'no-store')
      c.header('Vary', 'HX-Request-Type')
      return c.html(render(c, view, data), status)
    },
    partial: (c, view, data, status = 200) => {
      c.header('Cache-Control', 'no-store')
      return c.html(render(c, view, data), status)
    },
    text: (view, data) => eta.render(`./${view}`, data),
  }
}

/** What every template may use beside its own data: who is looking, where, and how to print things. Never spread request data here. */
const around = (c: AnyContext, data: View, asset: (name: string) => string): View => {
  const user = c.get('user') as User | null
  const workspace = c.get('workspace') as Workspace | undefined
  const fmt: Formats = formats(workspace?.zone ?? 'UTC')
  return { ...data, user, workspace, role: c.get('role'), path: c.req.path, nav: c.get('nav'), fmt, h: { asset } }
}
