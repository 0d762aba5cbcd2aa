import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Sandbox, startSandbox } from '../../local/sandbox/server.ts'

export const appId = '1234567890'
export const appSecret = 'meta-secret'
export const redirectUri = 'http://localhost:3000/connect/meta/callback'
export const ada = '10200000000000001'
export const records = '106700000000001'
export const cafe = '106700000000002'
export const archive = '106700000000004'
export const recordsInstagram = '17841400000000001'
export const cafeInstagram = '17841400000000002'

export const allScopes = [
  'pages_show_list',
  'pages_read_engagement',
  'pages_manage_posts',
  'pages_manage_engagement',
  'read_insights',
  'instagram_basic',
  'instagram_content_publish',
  'instagram_manage_insights',
  'instagram_manage_contents',
  'business_management',
]

export type Answer = {
  status: number
  headers: Headers
  body: Record<string, unknown> & { error?: GraphErrorBody }
}
type GraphErrorBody = {
  message: string
  type: string
  code: number
  error_subcode?: number
  fbtrace_id: string
}

export const startMeta = (dir?: string): Promise<Sandbox> =>
  startSandbox({
    port: 0,
    controlPort: 0,
    dir,
    env: { META_APP_ID: appId, META_APP_SECRET: appSecret, META_REDIRECT_URIS: redirectUri },
  })

/** One Graph call: GET with a query, POST with a JSON body, DELETE. */
export async function graph(
  sandbox: Sandbox,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  parameters: Record<string, unknown> = {},
): Promise<Answer> {
  const url = new URL(`${sandbox.url}/graph/v25.0${path}`)
  if (method !== 'POST')
    for (const [name, value] of Object.entries(parameters))
      url.searchParams.set(name, String(value))
  const init =
    method === 'POST'
      ? { body: JSON.stringify(parameters), headers: { 'content-type': 'application/json' } }
      : {}
  return readAnswer(await fetch(url, { method, ...init }))
}

export async function readAnswer(response: Response): Promise<Answer> {
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  }
}

type Consent = {
  person?: string
  scopes?: string[]
  grant?: string[]
  pages?: string[]
  instagram?: string[]
  decision?: string
  extra?: Record<string, string>
}

/** Submits the consent dialog and returns the URL that it redirects to. */
export async function consent(sandbox: Sandbox, options: Consent = {}): Promise<URL> {
  const { person = ada, scopes = allScopes, decision = 'continue', extra = {} } = options
  const query = {
    client_id: appId,
    redirect_uri: redirectUri,
    state: 'state-1',
    scope: scopes.join(','),
    ...extra,
  }
  const form = new URLSearchParams({ ...query, person, decision })
  for (const scope of options.grant ?? scopes) form.append('grant', scope)
  for (const page of options.pages ?? [records, cafe, archive]) form.append('page', page)
  for (const account of options.instagram ?? [recordsInstagram, cafeInstagram])
    form.append('instagram', account)
  const response = await fetch(`${sandbox.url}/facebook/v25.0/dialog/oauth`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  })
  return new URL(response.headers.get('location') ?? 'about:blank')
}

export const exchange = (sandbox: Sandbox, parameters: Record<string, string>): Promise<Answer> =>
  graph(sandbox, 'GET', '/oauth/access_token', {
    client_id: appId,
    client_secret: appSecret,
    redirect_uri: redirectUri,
    ...parameters,
  })

/** All steps: dialog, code, short-lived token, long-lived token. */
export async function login(sandbox: Sandbox, options: Consent = {}): Promise<string> {
  const code = (await consent(sandbox, options)).searchParams.get('code') ?? ''
  const short = await exchange(sandbox, { code })
  const long = await exchange(sandbox, {
    grant_type: 'fb_exchange_token',
    fb_exchange_token: String(short.body.access_token),
  })
  return String(long.body.access_token)
}

export async function pageToken(
  sandbox: Sandbox,
  userToken: string,
  pageId: string,
): Promise<string> {
  const { body } = await graph(sandbox, 'GET', `/${pageId}`, {
    fields: 'access_token',
    access_token: userToken,
  })
  return String(body.access_token)
}

/** One call of the control port. */
export async function control<T = unknown>(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const init =
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(sandbox.controlUrl + path, { method, ...init })
  const answer = (await response.json()) as T
  if (!response.ok) throw new Error(`control ${path}: ${JSON.stringify(answer)}`)
  return answer
}

export const advance = (sandbox: Sandbox, advanceMs: number) =>
  control(sandbox, 'POST', '/clock', { advanceMs })

export type MediaServer = {
  url: string
  requests: IncomingMessage[]
  serve(path: string, body: Buffer | string, more?: Served): string
  close(): Promise<void>
}
type Served = { status?: number; type?: string; headers?: Record<string, string>; delayMs?: number }

/** Serves a test's files, like the media server of a product. */
export async function startMediaServer(): Promise<MediaServer> {
  const files = new Map<string, { body: Buffer | string } & Served>()
  const requests: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    requests.push(request)
    const file = files.get(request.url ?? '')
    const answer = () =>
      response
        .writeHead(file?.status ?? (file ? 200 : 404), {
          'content-type': file?.type ?? 'image/jpeg',
          ...file?.headers,
        })
        .end(file?.body ?? '')
    if (file?.delayMs) setTimeout(answer, file.delayMs)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    requests,
    serve(path, body, more = {}) {
      files.set(path, { body, ...more })
      return url + path
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
