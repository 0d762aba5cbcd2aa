import {
  Client,
  type FetchLike,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { expect } from 'vitest'
import type { Person, TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'

export const redirect = 'http://127.0.0.1:4567/callback'

/** An app with the official client of the protocol, which remembers what it was given. */
const connectingApp = (publicUrl: string, fetch: FetchLike) => {
  type Saved<K extends keyof OAuthClientProvider> = Parameters<
    Extract<OAuthClientProvider[K], (...given: never[]) => unknown>
  >[0]
  const known: {
    client?: Saved<'saveClientInformation'>
    tokens?: Saved<'saveTokens'>
    verifier: string
    question?: URL
    discovery?: Saved<'saveDiscoveryState'>
  } = { verifier: '' }
  const provider: OAuthClientProvider = {
    redirectUrl: redirect,
    clientMetadata: { client_name: 'Crate Helper', redirect_uris: [redirect] },
    state: () => 'state & more',
    clientInformation: () => known.client,
    saveClientInformation: (client) => {
      known.client = client
    },
    tokens: () => known.tokens,
    saveTokens: (tokens) => {
      known.tokens = tokens
    },
    redirectToAuthorization: (url) => {
      known.question = url
    },
    saveCodeVerifier: (verifier) => {
      known.verifier = verifier
    },
    codeVerifier: () => known.verifier,
    saveDiscoveryState: (state) => {
      known.discovery = state
    },
    discoveryState: () => known.discovery,
  }
  const open = () =>
    new StreamableHTTPClientTransport(new URL('/mcp', publicUrl), {
      authProvider: provider,
      fetch,
    })
  const connect = async () => {
    const client = new Client({ name: 'crate-helper', version: '1.0.0' })
    await client.connect(open())
    atTheEnd(() => client.close())
    return async (name: string, given: Record<string, unknown> = {}) =>
      (await client.callTool({ name, arguments: given })) as {
        isError?: boolean
        structuredContent?: { code?: string }
      }
  }
  const refreshToken = () => known.tokens?.refresh_token ?? ''
  const clientId = () => known.client?.client_id ?? ''
  return { known, open, connect, refreshToken, clientId }
}
export type OauthApp = ReturnType<typeof connectingApp>

export type Fields = Record<string, string>

/** Apps that connect to the app of a test, and what can be asked of it by OAuth. */
export const oauthApps = (test: () => TestApp) => {
  const publicUrl = () => test().deps.config.publicUrl
  /** Calls the app under the address that it believes to have. */
  const fetchHere = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url)
    const bindings = { incoming: { socket: { remoteAddress: '203.0.113.8' } } }
    return test().app.request(pathname + search, init, bindings as never)
  }
  const send = async (path: string, fields: Fields) => {
    const answer = await fetchHere(`${publicUrl()}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }

  /** Lets the app register and ask, until it sends the person to us. */
  const ask = async (): Promise<OauthApp> => {
    const app = connectingApp(publicUrl(), fetchHere)
    await expect(app.connect()).rejects.toThrow(UnauthorizedError)
    return app
  }

  /** Opens the page as the person does, and sends its form. Returns the address they are sent to. */
  const answer = async (app: OauthApp, person: Person, grants: string[], changed: Fields = {}) => {
    const { pathname, search } = app.known.question!
    const page = await person.get(pathname + search)
    expect(page.status).toBe(200)
    const hidden = [...page.text.matchAll(/type="hidden" name="(\w+)"\s+value="([^"]*)"/g)]
    const form = new URLSearchParams(
      hidden.map(([, name = '', value = '']): [string, string] => [
        name,
        value.replaceAll('&amp;', '&'),
      ]),
    )
    form.set('workspace', 'northside')
    for (const grant of grants) form.append('grant', grant)
    for (const [name, value] of Object.entries(changed)) form.set(name, value)
    const done = await person.post('/oauth/authorize', form)
    const to = done.headers.get('Refresh')?.replace('0;url=', '')
    return { page, done, back: to ? new URL(to).searchParams : new URLSearchParams() }
  }

  const connected = async (person: Person, grants = ['read', 'draft']) => {
    const app = await ask()
    const { back } = await answer(app, person, grants)
    await app.open().finishAuth(back)
    return { app, call: await app.connect(), code: back.get('code') ?? '' }
  }
  const exchange = (app: OauthApp, code: string, changed: Fields = {}) =>
    send('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: app.clientId(),
      code,
      redirect_uri: redirect,
      code_verifier: app.known.verifier,
      ...changed,
    })
  const refresh = (app: OauthApp, token: string) =>
    send('/oauth/token', {
      grant_type: 'refresh_token',
      client_id: app.clientId(),
      refresh_token: token,
    })
  const statusOf = async (token: string, path = '/mcp') =>
    (
      await fetchHere(`${publicUrl()}${path}`, {
        method: path === '/mcp' ? 'POST' : 'GET',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(path === '/mcp' ? { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' } : {}),
      })
    ).status
  const connections = async (app: OauthApp): Promise<number> =>
    (await test().sql`select from api_keys where client_id = ${app.clientId()}`).length

  const register = async (uris: string[], name = 'x'.repeat(200)) => {
    const found = await fetchHere(`${publicUrl()}/oauth/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_name: name, redirect_uris: uris }),
    })
    const body = (await found.json()) as { client_id: string; client_name: string }
    return { status: found.status, body }
  }

  return {
    publicUrl,
    send,
    ask,
    answer,
    connected,
    exchange,
    refresh,
    statusOf,
    connections,
    register,
  }
}
