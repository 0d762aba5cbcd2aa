import type { Hono } from 'hono'
import type { Env } from '../../web/http/env.ts'

type Fields = Record<string, string>
export type Page = { status: number; text: string; headers: Headers; location: string | null }

/**
 * A browser without scripts. Keeps its cookie and sends Origin with forms. Doesn't follow
 * redirects.
 */
export type Browser = {
  get(path: string, headers?: Fields): Promise<Page>
  /** Posts a form as a browser does. `headers` override the default ones. */
  post(path: string, fields?: Fields | URLSearchParams, headers?: Fields): Promise<Page>
  request(path: string, init: RequestInit): Promise<Response>
  cookie(): string
  setCookie(cookie: string): void
}

/** `from` is the IP address that the server sees. */
export const createBrowser = (app: Hono<Env>, origin: string, from = '203.0.113.7'): Browser => {
  let cookie = ''
  const request = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (cookie) headers.set('Cookie', cookie)
    const bindings = { incoming: { socket: { remoteAddress: from } } }
    const response = await app.request(path, { ...init, headers }, bindings as never)
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      cookie = /Max-Age=0/i.test(set) ? '' : pair
    }
    return response
  }
  return {
    request,
    get: async (path, headers = {}) => await read(await request(path, { headers })),
    post: async (path, fields = {}, headers = {}) => {
      const body = new URLSearchParams(fields)
      return await read(
        await request(path, { method: 'POST', body, headers: { Origin: origin, ...headers } }),
      )
    },
    cookie: () => cookie,
    setCookie: (given) => {
      cookie = given
    },
  }
}

const read = async (response: Response): Promise<Page> => ({
  status: response.status,
  text: await response.text(),
  headers: response.headers,
  location: response.headers.get('Location'),
})
