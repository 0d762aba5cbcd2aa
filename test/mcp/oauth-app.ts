import {
  Client,
  type FetchLike,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { atTheEnd } from '../support/at-the-end.ts'

export const redirect = 'http://127.0.0.1:4567/callback'

/** An app with the official client of the protocol, which remembers what it was given. */
export const connectingApp = (publicUrl: string, fetch: FetchLike) => {
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
