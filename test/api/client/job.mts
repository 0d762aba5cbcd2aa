/**
 * The main job of the API, as a program of someone else would do it: with a client whose types are
 * generated from the OpenAPI document. `types.ts` exists only beside the copy that
 * test/api/client.test.ts type-checks and runs, so this file isn't part of our own type check.
 */
import createClient from 'openapi-fetch'
import type { paths } from './types.ts'

type Options = { baseUrl: string; secret: string; fetch(request: Request): Promise<Response> }
type Answer<T> = { data?: T; error?: { code: string; detail: string } }

const once = () => ({ 'Idempotency-Key': crypto.randomUUID() })
const clientOf = ({ baseUrl, secret, fetch }: Options) =>
  createClient<paths>({ baseUrl, fetch, headers: { Authorization: `Bearer ${secret}` } })

const need = <T,>({ data, error }: Answer<T>): T => {
  if (data !== undefined) return data
  throw new Error(error ? `${error.code}: ${error.detail}` : 'the answer is empty')
}

/** Uploads a picture, drafts a post with it, checks it, schedules it and reads what happens. */
export const publishPicture = async (options: Options, picture: Blob, at: string) => {
  const client = clientOf(options)
  const { data: accounts } = need(await client.GET('/accounts'))
  const instagram = accounts.find((one) => one.platform === 'instagram')
  if (!instagram) throw new Error('no Instagram account is connected')
  const file = need(
    await client.POST('/media', {
      params: { query: { name: 'sleeve.jpg' }, header: once() },
      headers: { 'Content-Type': 'image/jpeg' },
      body: picture as never,
      bodySerializer: () => picture,
    }),
  )
  const label = need(
    await client.POST('/labels', { params: { header: once() }, body: { name: 'New records' } }),
  )
  const draft = need(
    await client.POST('/posts', {
      params: { header: once() },
      body: {
        text: 'New in the crates',
        accounts: [{ accountId: instagram.id }],
        media: [{ mediaId: file.id, altText: 'A sleeve' }],
        labels: [label.id],
      },
    }),
  )
  const path = { id: draft.id }
  const check = need(await client.GET('/posts/{id}/check', { params: { path, query: { at } } }))
  const scheduled = need(
    await client.POST('/posts/{id}/schedule', {
      params: { path, header: { ...once(), 'If-Match': `"${draft.version}"` } },
      body: { at },
    }),
  )
  const targets = need(await client.GET('/posts/{id}/targets', { params: { path } }))
  const listed = need(await client.GET('/posts', { params: { query: { label: label.id } } }))
  const states = targets.data.map(({ platform, state }) => `${platform} ${state}`)
  return {
    ready: check.ready,
    state: scheduled.state,
    dueAt: scheduled.dueAt,
    states,
    listed: listed.data.map(({ id }) => id),
    id: draft.id,
  }
}

/** Returns the code of a refusal, which is typed like everything else. */
export const scheduleNothing = async (options: Options, at: string): Promise<string> => {
  const client = clientOf(options)
  const draft = need(await client.POST('/posts', { params: { header: once() }, body: {} }))
  const { error } = await client.POST('/posts/{id}/schedule', {
    params: { path: { id: draft.id }, header: once() },
    body: { at },
  })
  return error?.code ?? 'none'
}

/** What the types refuse. Never called. */
export const misuses = async (options: Options) => {
  const client = clientOf(options)
  // @ts-expect-error: `text` is a text
  await client.POST('/posts', { params: { header: once() }, body: { text: 5 } })
  // @ts-expect-error: a write needs an Idempotency-Key
  await client.POST('/posts', { body: { text: 'New' } })
  const params = { path: { id: '' }, header: once() }
  // @ts-expect-error: a time is needed
  await client.POST('/posts/{id}/schedule', { params, body: {} })
  // @ts-expect-error: there is no such address
  await client.GET('/post')
}
