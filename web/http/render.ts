import { randomUUID } from 'node:crypto'
import { folders } from '../../config/folders.ts'
import type { Frame } from '../../db/notifications/frame.ts'
import { conversionWords } from '../../media/conversion-words.ts'
import { usualStyle } from '../../text/date-style.ts'
import { drawChart } from '../charts/index.ts'
import type { workflowIds } from '../operate/workflow-page.ts'
import { initials, navigation } from '../pages/navigation.ts'
import { sentence, undoOf } from '../pages/said.ts'
import { editedPicture } from '../posts/editing/picture.ts'
import { type PolicyVersions, policyNews } from '../privacy/policy.ts'
import { type Formats, formats } from '../time/formats.ts'
import { isPartial } from './answers.ts'
import type { AnyContext, Membership, User, Workspace } from './env.ts'
import { createParts, type Parts } from './forms/parts.ts'
import { createTemplates } from './templates.ts'

export type View = Record<string, unknown>

/** What a template made, so that another one can output it unescaped. Only the renderer makes it. */
export class RenderedHtml {
  readonly html: string
  constructor(html: string) {
    this.html = html
  }
}

/** Renders pages and partials from `web/views`. */
export type Renderer = {
  /**
   * The full page in the layout, or only its body if htmx requested a part. Same data, same
   * templates.
   */
  page(c: AnyContext, view: string, data: View, status?: number): Response
  /** Always only the partial. */
  partial(c: AnyContext, view: string, data: View, status?: number): Response
  /**
   * The parts of a partial that differ from `seen`, the marks that the page sent. The whole partial
   * if it sent none. Parts named in `redrawn` are always included.
   */
  changes(c: AnyContext, view: string, data: View, seen: string, redrawn?: string[]): Response
  /** A template with this data and nothing else, to keep and to output with `rendered()`. */
  rendered(view: string, data: View): RenderedHtml
  /** A template as text, for emails. */
  text(view: string, data: View): string
}

type WorkflowPage = (what: keyof typeof workflowIds, id: string) => string | null
type Drawn = { name: string; label: string; mark: string }

/** `operator` is null if none is configured, which production doesn't allow. */
type Site = { host: string; operator: string | null; contact: string }

type Options = {
  cache: boolean
  assets: (name: string) => string
  policy: PolicyVersions
  /** For the public pages: who operates this site. */
  site: Site
  /** The URL of a workflow in the Temporal UI, or null if there is none. */
  workflow: WorkflowPage
}

type FieldsView = View & { channel: { id: string }; values: Record<string, string> }

/**
 * Hidden fields for what was typed for another kind of post, so that it comes back with that kind.
 * Names that hold an id are left out: people who were tagged go with their picture.
 */
const keptFields = (html: string, { channel, values }: FieldsView): string =>
  Object.entries(values)
    .map(([name, value]) => ({ name, value, full: `${channel.id}.${name}` }))
    .filter(
      ({ name, value, full }) =>
        value !== '' && /^[a-z_]{1,40}$/.test(name) && !html.includes(`name="${full}"`),
    )
    .map(({ full, value }) => `<input type="hidden" name="${full}" value="${escaped(value)}">`)
    .join('')

export const createRenderer = (options: Options): Renderer => {
  const { cache } = options
  const ofPlatforms = createTemplates(folders.platforms, { cache, fromData: [], helpers: {} })
  // A platform's fields in the composer. Their templates escape values like all others.
  const fields = (view: string, data: FieldsView): string => {
    const html = ofPlatforms(`./${view}`, data)
    return `${html}${keptFields(html, data)}`
  }
  const helpers = {
    formKey: randomUUID,
    asset: options.assets,
    icon: icon(options.assets),
    badge: badge(options.assets),
    avatar: avatar(options.assets),
    fields,
    initials,
    chart: drawChart,
    rendered: (part: RenderedHtml) => {
      if (!(part instanceof RenderedHtml)) throw new TypeError('not made by a template')
      return part.html
    },
    converting: (media: Parameters<typeof conversionWords>[0]) =>
      conversionWords(media, Date.now()),
    editedPicture,
    workflow: options.workflow,
    cached: cache ? cachedHtml() : (_of: object, make: () => string) => make(),
  }
  const templates = createTemplates(folders.views, {
    cache,
    fromData: ['fmt', 'part', 'marks'],
    helpers,
  })
  const render = (
    c: AnyContext,
    view: string,
    data: View,
    bare: boolean,
    parts: Parts = createParts(),
  ): string =>
    templates(`./${view}`, {
      ...data,
      part: parts.part,
      marks: parts.marks,
      ...around(c),
      site: options.site,
      policyNews: policyNews(options.policy, c.get('user')),
      bare,
    })
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
    changes: (c, view, data, seen, redrawn = []) => {
      c.header('Cache-Control', 'no-store')
      const parts = createParts()
      const whole = render(c, view, data, true, parts)
      return c.html(parts.changed(seen, redrawn) ?? whole)
    },
    rendered: (view, data) => new RenderedHtml(templates(`./${view}`, data)),
    text: (view, data) => templates(`./${view}`, data),
  }
}

/**
 * What every template can use besides its own data: the user, the workspace and formatting. Never
 * spread request data here.
 */
const around = (c: AnyContext): View => {
  const user = (c.get('user') as User | null | undefined) ?? null
  const memberships = (c.get('memberships') as Membership[] | undefined) ?? []
  const workspace = c.get('workspace') as Workspace | undefined
  // Only for members: `requireMember` has set the workspace.
  const frame = workspace ? (c.get('frame') as Frame | null) : null
  const fmt: Formats = formats({
    zone: (workspace ?? memberships[0])?.zone ?? 'UTC',
    dates: user ?? usualStyle,
  })
  return {
    user,
    memberships,
    workspace,
    role: c.get('role'),
    path: c.req.path,
    requestId: c.get('requestId'),
    pause: frame?.pause ?? null,
    unseen: frame?.unseen ?? 0,
    reviews: frame?.reviews ?? 0,
    needCount: frame?.needCount ?? 0,
    said: sentence(c.req.query('said')),
    undo: workspace && undoOf(c.req.query('said'), c.req.query('undo')),
    menu: navigation(user, workspace ? { ...workspace, role: c.get('role') } : memberships[0]),
    fmt,
  }
}

/**
 * An icon of the sprite (built by local/sprite.ts). It is decorative, so its button needs text or
 * an aria-label.
 */
const icon = (asset: (name: string) => string): ((name: string) => string) =>
  once(
    (name) =>
      `<svg class="icon" aria-hidden="true" width="18" height="18"><use href="${asset('sprite.svg')}#${escaped(name)}"/></svg>`,
  )

/** Caches HTML that depends on nothing but `of`, for as long as that object is used. */
const cachedHtml = () => {
  const made = new WeakMap<object, string>()
  return (of: object, make: () => string): string => {
    const known = made.get(of)
    if (known !== undefined) return known
    const html = make()
    made.set(of, html)
    return html
  }
}

/** Caches the result for each argument. For few arguments, because nothing is forgotten. */
const once = <Given, Result>(make: (given: Given) => Result): ((given: Given) => Result) => {
  const made = new Map<Given, Result>()
  return (given) => {
    const known = made.get(given)
    if (known !== undefined) return known
    const result = make(given)
    made.set(given, result)
    return result
  }
}

/** The mark of a platform, in the color of the text because colors mean states. */
const badge = (asset: (name: string) => string): ((platform: Drawn) => string) =>
  once(
    (platform) =>
      `<svg class="badge" viewBox="0 0 24 24" width="16" height="16" role="img" aria-label="${escaped(platform.label)}"><title>${escaped(platform.label)}</title>` +
      `<use href="${asset('sprite.svg')}#${escaped(platform.mark)}"/></svg>`,
  )

/**
 * The profile picture of a connected account with its platform's mark, served from our own origin.
 * The name is shown next to it, so the picture has an empty alt text. `platform` is undefined if it
 * is no longer configured.
 */
const avatar = (asset: (name: string) => string) => {
  const mark = badge(asset)
  return (workspaceSlug: string, channelId: string, platform: Drawn | undefined): string =>
    `<span class="avatar"><img src="/w/${escaped(workspaceSlug)}/channels/${escaped(channelId)}/avatar" alt="" width="36" height="36" loading="lazy" decoding="async">` +
    `${platform ? `<span class="avatar-mark">${mark(platform)}</span>` : ''}</span>`
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
