import { insertApiKey } from '../../db/api/keys.ts'
import { type ApiScope, apiScopes } from '../../db/api/scopes.ts'
import type { TestApp } from './app.ts'

type Asked = {
  body?: unknown
  /** The Idempotency-Key. Default: a new one for each write. */
  name?: string
  headers?: Record<string, string>
}
// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes, and tests compare their values
type ApiAnswer = { status: number; body: any; headers: Headers }
export type ApiClient = {
  secret: string
  call(method: string, path: string, asked?: Asked): Promise<ApiAnswer>
}

/** A program with a key of its own. */
export const apiClient = async (
  test: Pick<TestApp, 'app' | 'sql' | 'deps'>,
  who: { workspaceId: string; userId: string; scopes?: ApiScope[] },
): Promise<ApiClient> => {
  const now = new Date(test.deps.now())
  const { secret } = await insertApiKey(test.sql, {
    scopes: [...apiScopes],
    name: 'Website sync',
    expiresAt: new Date(now.getTime() + 30 * 86_400_000),
    now,
    ...who,
  })
  return { secret, call: (method, path, asked) => callApi(test, secret, method, path, asked) }
}

const callApi = async (
  { app }: Pick<TestApp, 'app'>,
  secret: string,
  method: string,
  path: string,
  { body, name, headers = {} }: Asked = {},
): Promise<ApiAnswer> => {
  const isWrite = method !== 'GET' && method !== 'HEAD'
  const response = await app.request(`/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${secret}`,
      ...(isWrite ? { 'Idempotency-Key': name ?? crypto.randomUUID() } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text === '' ? null : JSON.parse(text),
    headers: response.headers,
  }
}
