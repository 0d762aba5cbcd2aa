import { parseHTML } from 'linkedom'

/** The part of the DOM that we use; the project has no browser types. */
type Element = {
  tagName: string
  id: string
  textContent: string | null
  getAttribute(name: string): string | null
  hasAttribute(name: string): boolean
  closest(selector: string): Element | null
  querySelector(selector: string): Element | null
  querySelectorAll(selector: string): Iterable<Element>
}
export type Document = Omit<Element, 'closest'> & {
  body: Element | null
  getElementById(id: string): Element | null
}

/**
 * A browser without JavaScript: pages, links, forms, redirects and cookies over real HTTP, across
 * hosts. For tests, demo and benchmarks.
 */
export type Person = {
  open(url: string): Promise<Page>
  /** A plain request with this person's cookies. Doesn't follow redirects. */
  request(url: string, init?: RequestInit): Promise<Response>
}

export type Page = {
  url: string
  status: number
  html: string
  /** Visible text with collapsed white space. */
  text: string
  document: Document
  /** Follows the first link whose text is, or begins with, `words`. */
  follow(words: string): Promise<Page>
  /**
   * Submits the form with this button as a browser would: with checked, selected and typed values,
   * overridden by `fields`. Null removes a field; an array sends it several times.
   */
  press(words: string, fields?: Fields): Promise<Page>
}

export type Fields = Record<string, string | string[] | null>

/** `hear` is called with every response before it is read. */
export const createPerson = (
  baseUrl: string,
  hear?: (answer: Response) => Promise<void>,
): Person => {
  const jars = new Map<string, Map<string, string>>()
  const request: Person['request'] = async (url, init = {}) => {
    const address = new URL(url, baseUrl)
    const jar = jars.get(address.host) ?? new Map<string, string>()
    jars.set(address.host, jar)
    const headers = new Headers(init.headers)
    if (jar.size > 0)
      headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    if (init.method && init.method !== 'GET' && !headers.has('origin'))
      headers.set('origin', address.origin)
    const response = await fetch(address, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) keep(jar, cookie)
    await hear?.(response.clone())
    return response
  }
  const load = async (url: string, init?: RequestInit): Promise<Page> => {
    let address = new URL(url, baseUrl).href
    let response = await request(address, init)
    for (let hops = 0; response.status >= 300 && response.status < 400 && hops < 10; hops += 1) {
      address = new URL(response.headers.get('location') ?? '', address).href
      response = await request(address)
    }
    return pageOf(address, response.status, await response.text(), load)
  }
  return { open: (url) => load(url), request }
}

const keep = (jar: Map<string, string>, cookie: string): void => {
  const [pair = '', ...attributes] = cookie.split(';')
  const [name = '', ...value] = pair.trim().split('=')
  if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) jar.delete(name)
  else jar.set(name, value.join('='))
}

type Load = (url: string, init?: RequestInit) => Promise<Page>

const pageOf = (url: string, status: number, html: string, load: Load): Page => {
  const document: Document = parseHTML(html).document
  return {
    url,
    status,
    html,
    document,
    text: fold(document.body?.textContent ?? ''),
    follow: (words) => {
      const link = [...document.querySelectorAll('a[href]')].find((element) =>
        fold(element.textContent ?? '').startsWith(words),
      )
      if (!link) throw new Error(`no link "${words}" on ${url}`)
      return load(new URL(link.getAttribute('href') ?? '', url).href)
    },
    press: (words, fields = {}) => {
      const buttons = [...document.querySelectorAll('button, input[type=submit]')]
      const button =
        buttons.find((element) => wordsOf(element) === words) ??
        buttons.find((element) => wordsOf(element).startsWith(words))
      if (!button)
        throw new Error(
          `no button "${words}" on ${url} (${status}): ${fold(document.body?.textContent ?? '').slice(0, 600)}`,
        )
      return submit(document, button, url, fields, load)
    },
  }
}

const submit = (
  document: Document,
  button: Element,
  url: string,
  fields: Fields,
  load: Load,
): Promise<Page> => {
  const form = button.getAttribute('form')
    ? document.getElementById(button.getAttribute('form') ?? '')
    : button.closest('form')
  if (!form) throw new Error(`the button is in no form on ${url}`)
  const action = button.getAttribute('formaction') ?? form.getAttribute('action') ?? url
  const method = (
    button.getAttribute('formmethod') ??
    form.getAttribute('method') ??
    'get'
  ).toLowerCase()
  const data = dataOf(document, form, fields)
  const name = button.getAttribute('name')
  if (name && !(name in fields)) data.append(name, button.getAttribute('value') ?? '')
  const address = new URL(action, url)
  if (method === 'post') return load(address.href, { method: 'POST', body: data })
  for (const [key, value] of data) address.searchParams.append(key, value)
  return load(address.href)
}

const dataOf = (document: Document, form: Element, fields: Fields): URLSearchParams => {
  const data = new URLSearchParams()
  const inside = [...form.querySelectorAll('input, select, textarea')]
  const outside = form.id
    ? [...document.querySelectorAll(`[form="${form.id}"]`)].filter(
        (element) => element.tagName !== 'BUTTON',
      )
    : []
  for (const control of [...inside, ...outside]) {
    const name = control.getAttribute('name')
    if (!name || name in fields || control.hasAttribute('disabled')) continue
    for (const value of valuesOf(control)) data.append(name, value)
  }
  for (const [name, value] of Object.entries(fields))
    for (const one of value === null ? [] : [value].flat()) data.append(name, one)
  return data
}

const valuesOf = (control: Element): string[] => {
  if (control.tagName === 'TEXTAREA') return [control.textContent ?? '']
  if (control.tagName === 'SELECT') {
    const options = [...control.querySelectorAll('option')]
    const chosen = options.find((option) => option.hasAttribute('selected')) ?? options[0]
    return chosen ? [chosen.getAttribute('value') ?? chosen.textContent ?? ''] : []
  }
  const type = control.getAttribute('type') ?? 'text'
  if (type === 'submit' || type === 'button' || type === 'file') return []
  if ((type === 'checkbox' || type === 'radio') && !control.hasAttribute('checked')) return []
  return [control.getAttribute('value') ?? (type === 'checkbox' || type === 'radio' ? 'on' : '')]
}

const wordsOf = (button: Element): string =>
  fold(
    button.getAttribute('aria-label') ?? button.textContent ?? button.getAttribute('value') ?? '',
  )

const fold = (text: string): string => text.replace(/\s+/g, ' ').trim()
