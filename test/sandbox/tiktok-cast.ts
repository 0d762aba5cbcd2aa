import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Call, LedgerPost } from '../../local/sandbox/ledger.ts'
import { type Sandbox, startSandbox } from '../../local/sandbox/server.ts'

export const app = {
  key: 'sbx_client_key',
  secret: 'sbx_client_secret',
  redirectUri: 'https://app.example.test/oauth/tiktok',
}
export const allScopes =
  'user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload'

export type ApiAnswer = {
  status: number
  headers: Headers
  /** The body as text, for integers that JavaScript can't represent. */
  raw: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever a platform answered
  data: any
  code: string
  message: string
}

export type TikTokCast = Awaited<ReturnType<typeof startTikTok>>

/** A sandbox with instant processing, and the calls that a client makes. Close it at the end. */
export async function startTikTok(
  options: { type?: 'web' | 'desktop'; redirectUri?: string; dir?: string } = {},
) {
  const { type = 'web', redirectUri = app.redirectUri, dir } = options
  const sandbox = await startSandbox({
    port: 0,
    controlPort: 0,
    dir,
    env: {
      TIKTOK_CLIENT_KEY: app.key,
      TIKTOK_CLIENT_SECRET: app.secret,
      TIKTOK_REDIRECT_URIS: redirectUri,
      TIKTOK_APP_TYPE: type,
    },
  })
  const control = (method: string, path: string, body?: unknown) =>
    askControl(sandbox, method, path, body)
  const atOnce = { tiktokProcessingMs: 0, tiktokModerationMs: 0, tiktokWebhookRetryMs: 50 }
  await control('PATCH', '/settings', atOnce)
  return {
    sandbox,
    control,
    reset: async () => {
      await control('POST', '/reset')
      await control('PATCH', '/settings', atOnce)
    },
    set: (settings: Record<string, unknown>) => control('PATCH', '/settings', settings),
    advance: (advanceMs: number) => control('POST', '/clock', { advanceMs }),
    fault: (rule: Record<string, unknown>) =>
      control('POST', '/faults', { platform: 'tiktok', ...rule }),
    calls: (endpoint: string): Promise<Call[]> =>
      control('GET', `/ledger/calls?platform=tiktok&endpoint=${endpoint}`),
    posts: (): Promise<LedgerPost[]> => control('GET', '/ledger/posts?platform=tiktok'),
    consent: (choice: Record<string, unknown> = {}) => consent(sandbox, choice),
    token: (form: Record<string, string>) => askToken(sandbox, form),
    /** Logs in completely and returns the tokens. */
    login: async (username = 'northside.records', scope = allScopes) => {
      const code = (await consent(sandbox, { username, scope })).searchParams.get('code') ?? ''
      return (
        await askToken(sandbox, {
          grant_type: 'authorization_code',
          code,
          redirect_uri: app.redirectUri,
        })
      ).body
    },
    api: (access: string, path: string, body?: unknown) => askApi(sandbox, access, path, body),
    close: () => sandbox.close(),
  }
}

/**
 * Goes through both consent pages as a person would. Returns the URL that the browser is redirected
 * to.
 */
async function consent(
  sandbox: Sandbox,
  choice: { username?: string; scope?: string; untick?: string[]; query?: Record<string, string> },
) {
  const { username = 'northside.records', scope = allScopes, untick = [], query = {} } = choice
  const openId = (await askControl(sandbox, 'GET', '/accounts/tiktok')).find(
    (creator: { username: string }) => creator.username === username,
  ).openId
  const asked = {
    client_key: app.key,
    response_type: 'code',
    scope,
    redirect_uri: app.redirectUri,
    state: 's1',
    disable_auto_auth: '1',
  }
  const address = `${sandbox.url}/tiktok/v2/auth/authorize/?${new URLSearchParams({ ...asked, ...query })}`
  const form = new URLSearchParams({ account: openId, decision: 'continue' })
  for (const name of scope.split(',').filter((name) => !untick.includes(name)))
    form.append('scope', name)
  const answer = await fetch(address, { method: 'POST', body: form, redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? `error:${answer.status}`)
}

async function askToken(sandbox: Sandbox, form: Record<string, string>) {
  const body = new URLSearchParams({ client_key: app.key, client_secret: app.secret, ...form })
  const answer = await fetch(`${sandbox.url}/tiktok-api/v2/oauth/token/`, { method: 'POST', body })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

async function askApi(
  sandbox: Sandbox,
  access: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const answer = await fetch(`${sandbox.url}/tiktok-api${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${access}`,
      'content-type': 'application/json; charset=UTF-8',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const raw = await answer.text()
  const parsed = JSON.parse(raw)
  return {
    status: answer.status,
    headers: answer.headers,
    raw,
    data: parsed.data,
    code: parsed.error?.code,
    message: parsed.error?.message,
  }
}

async function askControl(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: the control port answers many shapes
): Promise<any> {
  const answer = await fetch(sandbox.controlUrl + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

type Received = { method: string; path: string; headers: IncomingMessage['headers']; body: string }

/**
 * A web server that serves `files` by path (otherwise it responds with `status`) and records the
 * requests.
 */
export async function startServer(files: Record<string, Buffer> = {}, status = () => 200) {
  const received: Received[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = request.url ?? '/'
    received.push({
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    })
    const file = files[path.split('?')[0] ?? '']
    response
      .writeHead(request.method === 'GET' && !file ? 404 : status(), {
        'content-type': 'application/octet-stream',
      })
      .end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, received, close }
}

/**
 * Asks until the answer is satisfactory. Returns the last answer after five seconds, in which it
 * stays below the 30 status calls that TikTok allows in a minute.
 */
export async function until<T>(
  ask: () => Promise<T>,
  satisfied: (answer: T) => boolean,
): Promise<T> {
  const givenUpAtMs = Date.now() + 5_000
  for (;;) {
    const answer = await ask()
    if (satisfied(answer) || Date.now() > givenUpAtMs) return answer
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
