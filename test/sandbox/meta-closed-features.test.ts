import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  ada,
  advance,
  control,
  graph,
  login,
  pageToken,
  readAnswer,
  records,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
let user: string
let page: string
let post: string
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  user = await login(sandbox)
  page = await pageToken(sandbox, user, records)
  const { body } = await graph(sandbox, 'POST', `/${records}/feed`, {
    message: 'Hello',
    access_token: page,
  })
  post = String(body.id)
})
afterAll(() => sandbox.close())

const at = async (version: string, path: string, parameters: Record<string, string>) => {
  const url = new URL(`${sandbox.url}/graph/${version}${path}`)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return readAnswer(await fetch(url))
}
const settings = (patch: object) => control(sandbox, 'PATCH', '/settings', patch)
const insightsOfMany = (version = 'v25.0') =>
  at(version, '/insights', { ids: post, metric: 'post_media_view', access_token: page })

describe('multi-ID requests', () => {
  test('are closed to an app from November 2026 on every version, with either code', async () => {
    for (const version of ['v24.0', 'v25.0', 'v26.0', 'v27.0']) {
      const { status, body } = await insightsOfMany(version)
      expect([version, status, body.error?.code, body.error?.error_subcode]).toEqual([
        version,
        400,
        100,
        undefined,
      ])
    }
    await settings({ closedFeatureCode: 12 })
    expect((await insightsOfMany()).body.error?.code).toBe(12)
  })

  test('still work on edges for an older app until v28, but at the root for no app', async () => {
    await settings({ metaAppCreatedOn: '2026-11-03' })
    expect((await insightsOfMany()).status).toBe(200)
    expect((await at('v25.0', '/', { ids: post, access_token: page })).body.error?.code).toBe(100)
    await control(sandbox, 'POST', '/clock', { advanceMs: 100 * 86_400_000 })
    await settings({ longTokenLifeMs: 200 * 86_400_000 })
    user = await login(sandbox)
    page = await pageToken(sandbox, user, records)
    expect((await insightsOfMany('v27.0')).status).toBe(200)
    expect((await insightsOfMany('v28.0')).body.error?.code).toBe(100)
  })

  test('are closed, and so are method=, .as(), date_format and callback; for those an older app gets 501', async () => {
    const features = [
      { method: 'DELETE' },
      { fields: 'message.as(text)' },
      { date_format: 'U' },
      { callback: 'call' },
    ] as Record<string, string>[]
    const ask = (feature: Record<string, string>) =>
      at('v25.0', `/${post}`, { access_token: page, ...feature })
    for (const feature of features)
      expect([feature, (await ask(feature)).status]).toEqual([feature, 400])
    await settings({ metaAppCreatedOn: '2025-01-01' })
    for (const feature of features)
      expect([feature, (await ask(feature)).status]).toEqual([feature, 501])
  })
})

describe('a batch', () => {
  type Part = { code: number; headers?: object[]; body: string } | null
  const batch = async (operations: unknown[], more: Record<string, unknown> = {}) => {
    const parameters = {
      batch: JSON.stringify(operations),
      include_headers: 'false',
      access_token: page,
      ...more,
    }
    const answer = await graph(sandbox, 'POST', '/', parameters)
    return { ...answer, parts: answer.body as unknown as Part[] }
  }
  const get = (relative_url: string) => ({ method: 'GET', relative_url })

  test('answers in the order of its operations, with each error in its own part', async () => {
    const { status, parts } = await batch([
      get(`${post}/insights?metric=post_media_view`),
      get('999/insights?metric=post_media_view'),
      get(`/${post}?fields=message`),
    ])
    expect(status).toBe(200)
    expect(parts.map((part) => part?.code)).toEqual([200, 400, 200])
    expect(parts.every((part) => part !== null && !('headers' in part))).toBe(true)
    const bodies = parts.map((part) => JSON.parse(part!.body))
    expect(bodies[0].data[0].name).toBe('post_media_view')
    expect(bodies[1].error).toMatchObject({ code: 100, error_subcode: 33 })
    expect(bodies[2].message).toBe('Hello')
  })

  test('takes 50 operations and refuses 51', async () => {
    expect((await batch(Array.from({ length: 50 }, () => get(post)))).parts).toHaveLength(50)
    const { status, body } = await batch(Array.from({ length: 51 }, () => get(post)))
    expect([status, body.error?.type]).toEqual([400, 'GraphBatchException'])
  })

  test('counts each operation as a call, and is recorded in the ledger itself', async () => {
    const before = await control<{ id: number }[]>(sandbox, 'GET', '/ledger/calls')
    await batch([get(post), get(post), get(post)])
    const calls = await control<{ id: number; endpoint: string }[]>(sandbox, 'GET', '/ledger/calls')
    const names = calls
      .filter(({ id }) => !before.some((one) => one.id === id))
      .map(({ endpoint }) => endpoint)
    expect(names.toSorted()).toEqual(['batch', 'post.read', 'post.read', 'post.read'])
  })

  test('reports in its response headers how much of the limits its operations used', async () => {
    await settings({ appCallsPerHour: 100, businessCallsPerDay: 50 })
    const used = async (count: number) => {
      const operations = JSON.stringify(Array.from({ length: count }, () => get(post)))
      const body = new URLSearchParams({
        batch: operations,
        include_headers: 'false',
        access_token: page,
      })
      const { headers } = await fetch(`${sandbox.url}/graph/v25.0/`, { method: 'POST', body })
      const business = JSON.parse(headers.get('x-business-use-case-usage')!) as Record<
        string,
        { call_count: number }[]
      >
      return [
        JSON.parse(headers.get('x-app-usage')!).call_count as number,
        business[records]![0]!.call_count,
      ]
    }
    const [app = 0, business = 0] = await used(5)
    expect(await used(10)).toEqual([app + 10, business + 20])
  })

  test('returns null for an operation that was cut off, and answers the others', async () => {
    const rule = { endpoint: 'post.read', kind: 'reset', when: 'before', times: 1 }
    await control(sandbox, 'POST', '/faults', rule)
    const { status, parts } = await batch([get(post), get(post)])
    expect(status).toBe(200)
    expect(parts.filter((part) => part === null)).toHaveLength(1)
    expect(parts.filter((part) => part?.code === 200)).toHaveLength(1)
  })

  test('refuses asynchronous operations of a new app, and returns 501 for what is not simulated', async () => {
    expect((await batch([{ ...get(post), async: true }])).status).toBe(400)
    expect((await batch([{ ...get(post), name: 'first' }])).status).toBe(501)
    expect((await batch([get(`v25.0/${post}`)])).status).toBe(501)
  })
})

describe('insights', () => {
  test('one metric name can be in the path, and numbers can be requested with the fields of a post', async () => {
    const inPath = await graph(sandbox, 'GET', `/${post}/insights/post_media_view`, {
      access_token: page,
    })
    expect(inPath.body.data).toMatchObject([{ name: 'post_media_view' }])
    const fields = 'message,insights.metric(post_media_view,post_reactions_like_total)'
    const expanded = await graph(sandbox, 'GET', `/${post}`, { fields, access_token: page })
    const { data } = expanded.body.insights as { data: { name: string }[] }
    expect(data.map(({ name }) => name)).toEqual(['post_media_view', 'post_reactions_like_total'])
  })

  test('for a Page with few followers, one metric fails with 200, and the others of the same post work', async () => {
    await control(sandbox, 'POST', `/accounts/meta/pages/${records}/state`, { isSmall: true })
    const ask = (metric: string) =>
      graph(sandbox, 'GET', `/${post}/insights`, { metric, access_token: page })
    const both = await ask('post_media_view,post_total_media_view_unique')
    expect([both.status, both.body.error?.code]).toEqual([403, 200])
    expect((await ask('post_media_view')).status).toBe(200)
    await control(sandbox, 'POST', `/accounts/meta/pages/${records}/state`, {
      isSmall: false,
      followers: 99,
    })
    expect((await ask('post_media_view')).body.data).toEqual([])
  })
})

describe('a Page that a person can access only through a portfolio', () => {
  const pageId = '106700000000099'
  const business = { id: '777000000000001', name: 'Northside Group', relation: 'client' }
  const list = async (path: string) => {
    const { status, body } = await graph(sandbox, 'GET', path, {
      fields: 'id,name',
      access_token: user,
    })
    return status === 200 ? (body.data as { id: string }[]).map(({ id }) => id) : status
  }
  beforeEach(async () => {
    await control(sandbox, 'POST', '/accounts/meta/pages', {
      id: pageId,
      name: 'Portfolio Page',
      people: [{ id: ada }],
      business,
    })
    user = await login(sandbox, { pages: [records, pageId] })
  })

  test('is missing from me/accounts, but found through its portfolio and by its id', async () => {
    expect(await list('/me/accounts')).toEqual([records])
    expect(await list('/me/businesses')).toEqual([business.id])
    expect(await list(`/${business.id}/client_pages`)).toEqual([pageId])
    expect(await list(`/${business.id}/owned_pages`)).toEqual([])
    expect(await list('/me/assigned_pages')).toEqual([pageId])
    const node = await graph(sandbox, 'GET', `/${pageId}`, {
      fields: 'access_token,tasks',
      access_token: user,
    })
    expect(node.body.access_token).toEqual(expect.any(String))
    await settings({ portfolioPagesInAccounts: true })
    expect(await list('/me/accounts')).toEqual([records, pageId])
  })

  test('is found only by its id without business_management', async () => {
    await graph(sandbox, 'DELETE', `/${ada}/permissions/business_management`, {
      access_token: user,
    })
    expect(await list('/me/businesses')).toBe(403)
    expect(await list(`/${business.id}/client_pages`)).toBe(403)
    expect(
      (await graph(sandbox, 'GET', `/${pageId}`, { fields: 'name', access_token: user })).body.name,
    ).toBe('Portfolio Page')
  })
})

test('time passes: v28 is released in 2027, and is refused before that', async () => {
  expect((await at('v28.0', `/${post}`, { access_token: page })).body.error?.code).toBe(2635)
  await advance(sandbox, 90 * 86_400_000)
  expect((await at('v28.0', `/${post}`, { access_token: page })).status).toBe(200)
})
