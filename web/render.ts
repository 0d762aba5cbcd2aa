import { Eta } from 'eta'
import type { Need } from '../db/needs.ts'
import { isPartial } from './answers.ts'
import { drawChart } from './charts/index.ts'
import type { AnyContext, Membership, User, Workspace } from './env.ts'
import { type Formats, formats } from './formats.ts'
import { navigation } from './navigation.ts'
import { sayNeed } from './needs.ts'
import { type PolicyVersions, policyNews } from './policy.ts'
import { sentence } from './said.ts'
import type { workflowIds } from './workflow-page.ts'

export type View = Record<string, unknown>

/** Renders pages and partials from `web/views`. */
export type Renderer = {
  /** The full page in the layout, or its body alone when htmx asked for a part: same data, same templates. */
  page(c: AnyContext, view: string, data: View, status?: number): Response
  /** Only the partial, whoever asks. */
  partial(c: AnyContext, view: string, data: View, status?: number): Response
  /** Text of a template, for mail. */
  text(view: string, data: View): string
}

type WorkflowPage = (what: keyof typeof workflowIds, id: string) => string | null
type Drawn = { name: string; label: string; badge: { letters: string; colour: string } }

const views = new URL('./views/', import.meta.url).pathname
export const platformViews = new URL('../platforms/', import.meta.url).pathname

type Options = {
  cache: boolean
  assets: (name: string) => string
  policy: PolicyVersions
  /** Page of a workflow in the Temporal UI; null where there is none. */
  workflow: WorkflowPage
}

export const createRenderer = (options: Options): Renderer => {
  const eta = engine(views, options.cache)
  const ofPlatforms = engine(platformViews, options.cache)
  // A platform's own part of the composer's form; it escapes by itself like every template.
  const fields = (view: string, data: View): string => ofPlatforms.render(`./${view}`, data)
  const helpers = {
    asset: options.assets,
    icon: icon(options.assets),
    badge,
    fields,
    chart: drawChart,
    workflow: options.workflow,
  }
  const render = (c: AnyContext, view: string, data: View, bare: boolean): string =>
    eta.render(`./${view}`, { ...data, ...around(c), policyNews: policyNews(options.policy, c.get('user')), bare, h: helpers })
  return {
    page: (c, view, data, status = 200) => {
      c.header('Cache-Control', 'no-store')
      c.header('Vary', 'HX-Request-Type')
      return c.html(render(c, view, data, isPartial(c)), status as 200)
    },
    partial: (c, view, data, status = 200) => {
      c.header('Cache-Control', 'no-store')
      return c.html(render(c, view, data, true), status as 200)
    },
    text: (view, data) => eta.render(`./${view}`, { ...data, h: helpers }),
  }
}

const engine = (folder: string, cache: boolean): Eta =>
  new Eta({
    views: folder,
    cache,
    debug: !cache,
    autoFilter: true,
    filterFunction: (value: unknown) => (value === null || value === undefined ? '' : String(value)),
    functionHeader: 'const { icon, badge, asset, fields, chart, workflow } = it.h ?? {}; const fmt = it.fmt;',
  })

/** What every template may use beside its own data: who is looking, where, and how to print things. Never spread request data here. */
const around = (c: AnyContext): View => {
  const user = (c.get('user') as User | null | undefined) ?? null
  const memberships = (c.get('memberships') as Membership[] | undefined) ?? []
  const workspace = c.get('workspace') as Workspace | undefined
  const fmt: Formats = formats((workspace ?? memberships[0])?.zone ?? 'UTC')
  return {
    user,
    memberships,
    workspace,
    role: c.get('role'),
    path: c.req.path,
    requestId: c.get('requestId'),
    pause: c.get('pause'),
    unseen: (c.get('unseen') as number | undefined) ?? 0,
    needs: ((c.get('needs') as Need[] | undefined) ?? []).map((need) => sayNeed(need, fmt.when)),
    said: sentence(c.req.query('said')),
    menu: navigation(user, workspace ? { ...workspace, role: c.get('role') } : memberships[0]),
    fmt,
  }
}

/** One icon of the sprite, which local/sprite.ts makes; decoration only, so its button needs words or an aria-label. */
const icon =
  (asset: (name: string) => string) =>
  (name: string): string =>
    `<svg class="icon" aria-hidden="true" width="18" height="18"><use href="${asset('sprite.svg')}#${escaped(name)}"/></svg>`

/** The two letters of a platform in its colour. Presentation attributes: the CSP forbids styles in a page. */
const badge = (platform: Drawn): string =>
  `<svg class="badge" viewBox="0 0 20 20" width="20" height="20" role="img" aria-label="${escaped(platform.label)}"><title>${escaped(platform.label)}</title>` +
  `<rect width="20" height="20" rx="5" fill="${escaped(platform.badge.colour)}"/><text x="10" y="13.5" text-anchor="middle">${escaped(platform.badge.letters)}</text></svg>`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
