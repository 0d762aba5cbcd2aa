import { Eta, EtaRuntimeError } from 'eta'

/** What a template reads as `it`. */
type Data = Record<string, unknown>
/** What all templates can use by name, without `it`. */
type Helpers = Record<string, unknown>

/** Renders the template at `path`, which is relative to the folder. */
export type Templates = (path: string, data: Data) => string

type Template = (it: Data) => string
type Options = {
  /** Whether to compile each template once. Otherwise it is read again each time. */
  cache: boolean
  /** The names that templates read from `it` without writing `it`, such as `fmt`. */
  fromData: string[]
  helpers: Helpers
}

/**
 * Templates in Eta's syntax, compiled here. Eta's own functions copy all data for each `include`,
 * look up its path and allocate a dozen closures, which a calendar does for every post. Here, what
 * a template includes inherits the data of the template, and the path is looked up once.
 */
export const createTemplates = (folder: string, options: Options): Templates => {
  const eta = new Eta({ views: folder, debug: true })
  const compiled = new Map<string, Template>()
  const load = (path: string): Template => {
    const known = compiled.get(path)
    if (known) return known
    const template = compile(eta, path, (name) => load(find(eta, name, path)), options)
    if (options.cache) compiled.set(path, template)
    return template
  }
  return (name, data) => load(find(eta, name))(data)
}

const find = (eta: Eta, name: string, from?: string): string => {
  const path = eta.resolvePath?.(name, from === undefined ? {} : { filepath: from })
  if (path === undefined) throw new Error(`there is no template ${name}`)
  return path
}

/** Compiles one template. `load` finds another one by the name that this template uses. */
const compile = (
  eta: Eta,
  path: string,
  load: (name: string) => Template,
  { cache, fromData, helpers }: Options,
): Template => {
  const source = eta.readFile?.(path) ?? ''
  const included = new Map<string, Template>()
  const include = (it: Data, name: string, more?: Data): string => {
    const template = included.get(name) ?? load(name)
    if (cache) included.set(name, template)
    return template(more ? extended(it, more) : it)
  }
  const failed = (error: Error, line: number): void => {
    if (error instanceof EtaRuntimeError) throw error // already says where
    eta.RuntimeErr(error, source, line, path)
  }
  const make = new Function('$', 'helpers', codeOf(eta, source, Object.keys(helpers), fromData))
  return make({ escaped, written, include, failed }, helpers)
}

/**
 * The source of a function that returns the template's function. Leaves out the names that the
 * template doesn't use. Ours begin with `$`.
 */
const codeOf = (eta: Eta, source: string, helpers: string[], fromData: string[]): string => {
  const body = eta.parse(source).map(statementOf).join('\n')
  const words = new Set(body.match(/[a-zA-Z]+/g))
  const used = (names: string[]) => names.filter((name) => words.has(name)).join(', ')
  const layout = used(['layout'])
    ? {
        begin:
          'let $layout; let $more; const layout = (name, more) => { $layout = name; $more = more };',
        end: 'if ($layout) return include($layout, { body: $out, ...$more });',
      }
    : { begin: '', end: '' }
  return `
const { escaped: $escaped, written: $written, include: $include, failed: $failed } = $;
const { ${used(helpers)} } = helpers;
return (it) => {
let $out = '', $line = 1;
const { ${used(fromData)} } = it;
const include = (name, more) => $include(it, name, more);
${layout.begin}
try {
${body}
} catch (error) { $failed(error, $line) }
${layout.end}
return $out;
}`
}

type Part = ReturnType<Eta['parse']>[number]

/**
 * A line break before an indented line. It is written as one space, so that a long sentence or tag
 * can be broken in a template. (A line break right after `%>` is left out by Eta.)
 */
const continuedLine = /\\n {2}/g

const statementOf = (part: Part): string => {
  if (typeof part === 'string') return `$out += '${part.replace(continuedLine, ' ')}';`
  const line = `$line = ${part.lineNo};`
  if (part.t === 'i') return `${line} $out += $escaped(${part.val});`
  if (part.t === 'r') return `${line} $out += $written(${part.val});`
  return `${line} ${part.val}`
}

/** Data that has everything of `it`, and `more`. */
const extended = (it: Data, more: Data): Data => Object.assign(Object.create(it), more)

const written = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value)

/** For HTML, in an element or a quoted attribute. */
export const escaped = (value: unknown): string => {
  const text = written(value)
  return special.test(text)
    ? text.replace(everySpecial, (character) => entities[character] ?? '')
    : text
}

const special = /[&<>"']/
const everySpecial = /[&<>"']/g
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
