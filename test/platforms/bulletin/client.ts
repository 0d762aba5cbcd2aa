import type { z } from 'zod'
import { PlatformError } from '../../../platforms/errors.ts'
import { call } from '../../../platforms/http.ts'
import { readJson } from '../../../platforms/json-input.ts'

export type BulletinSettings = {
  appId: string
  appSecret: string
  url: string
  isReviewed: boolean
}

type Asked<T> = {
  path: string
  method?: 'GET' | 'POST'
  token?: string
  body?: URLSearchParams | object
  answer: z.ZodType<T>
  signal: AbortSignal
}

/** One call of Bulletin's API. Throws PlatformError and nothing else. */
export const askBulletin = async <T>({ url }: BulletinSettings, asked: Asked<T>): Promise<T> => {
  const isForm = asked.body instanceof URLSearchParams
  const { status, text } = await call({
    method: asked.method ?? 'GET',
    url: `${url}${asked.path}`,
    headers: {
      ...(asked.token ? { authorization: `Bearer ${asked.token}` } : {}),
      ...(asked.body && !isForm ? { 'content-type': 'application/json' } : {}),
    },
    body:
      asked.body instanceof URLSearchParams
        ? asked.body
        : asked.body
          ? JSON.stringify(asked.body)
          : null,
    timeoutMs: 10_000,
    signal: asked.signal,
  })
  if (status === 401)
    throw new PlatformError({
      kind: 'reauthorize',
      code: '401',
      words: 'Bulletin no longer accepts this authorization.',
    })
  if (status >= 400)
    throw new PlatformError({
      kind: 'rejected',
      code: String(status),
      words: `Bulletin refused the call (${status}).`,
    })
  return asked.answer.parse(readJson(text))
}
