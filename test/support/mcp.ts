import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { listen } from '../../web/http/listen.ts'
import type { TestApp } from './app.ts'
import { atTheEnd } from './at-the-end.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes, and tests compare their values
type ToolAnswer = { data: any; text: string; isError: boolean }
export type Assistant = {
  client: Client
  call(name: string, given?: Record<string, unknown>): Promise<ToolAnswer>
}

/** Serves the app over HTTP and returns its origin. */
export const served = async ({ app }: Pick<TestApp, 'app'>): Promise<string> => {
  const server = listen(app, { host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.once('listening', resolve))
  atTheEnd(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The official client of the protocol. `era`: which of its two handshakes it uses. */
export const assistant = async (
  origin: string,
  secret: string,
  era: 'auto' | 'legacy' = 'auto',
): Promise<Assistant> => {
  const client = new Client(
    { name: 'test-assistant', version: '1.0.0' },
    { versionNegotiation: { mode: era } },
  )
  const headers = { Authorization: `Bearer ${secret}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', origin), { requestInit: { headers } }),
  )
  atTheEnd(() => client.close())
  return { client, call: (name, given = {}) => callTool(client, name, given) }
}

const callTool = async (
  client: Client,
  name: string,
  given: Record<string, unknown>,
): Promise<ToolAnswer> => {
  const answer = await client.callTool({ name, arguments: given })
  const [first] = answer.content as { text: string }[]
  const isError = answer.isError === true
  return { data: answer.structuredContent, text: first?.text ?? '', isError }
}
