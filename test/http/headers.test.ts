import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import type { Page } from '../support/browsing.ts'
import { addressOf, routesOf } from '../support/routes.ts'
import { withoutTemporal } from '../support/without-temporal.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const everyPage = async (): Promise<[string, Page][]> => {
  const { admin, operator, stranger } = test.cast
  const visits: [typeof stranger, string][] = [
    ...['/', '/sign-in', '/password-reset', '/nowhere', '/invitations/unknown'].map(
      (path): [typeof stranger, string] => [stranger, path],
    ),
    ...['/account', '/w/northside/people', '/w/northside/settings', '/w/northside/activity'].map(
      (path): [typeof stranger, string] => [admin, path],
    ),
    [operator, '/operate'],
  ]
  const pages: [string, Page][] = []
  for (const [who, path] of visits) pages.push([path, await who.get(path)])
  return pages
}

describe('every page (promise A8)', () => {
  it('allows only files from its own origin: no inline script or style, no other host, no frame', async () => {
    for (const [path, page] of await everyPage()) {
      const policy = page.headers.get('Content-Security-Policy') ?? ''
      expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")])
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("form-action 'self'")
    }
  })

  it('refers to no other origin in anything that loads', async () => {
    for (const [path, page] of await everyPage()) {
      const loads = [
        ...page.text.matchAll(/(?:src|href|srcset|action|poster|data)="([^"]*)"/g),
      ].map(([, address]) => address!)
      const foreign = loads.filter((address) => !/^(\/(?!\/)|#|\?|mailto:)/.test(address))
      expect([path, foreign]).toEqual([path, []])
      expect(page.text).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=/)
    }
    const folder = fileURLToPath(new URL('../../web/public/', import.meta.url))
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('.'),
    )
    expect(names.filter((name) => name.endsWith('.css')).length).toBeGreaterThan(20)
    for (const name of names) {
      const addresses =
        readFileSync(join(folder, name), 'utf8').match(/(?:https?:)?\/\/[\w.-]+\.[a-z]{2,}/g) ?? []
      expect([name, addresses.filter((address) => !address.endsWith('www.w3.org'))]).toEqual([
        name,
        [],
      ])
    }
  })

  it('is not cached, not sniffed, and HTTPS only from then on (promise S2)', async () => {
    for (const [path, { headers }] of await everyPage()) {
      expect([path, headers.get('Cache-Control')]).toEqual([path, 'no-store'])
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Strict-Transport-Security')).toMatch(/max-age=31536000/)
      expect(headers.get('Referrer-Policy')).toBe('same-origin')
    }
  })
})

describe('every response', () => {
  it('of every route has a content policy and is not sniffed, including callback errors, files and early refusals', async () => {
    const { admin, operator, stranger } = test.cast
    const bare: string[] = []
    const look = async (
      who: typeof stranger,
      method: string,
      path: string,
      headers: Record<string, string> = {},
    ) => {
      const answer = await who.request(path, {
        method,
        ...(method === 'GET' ? {} : { body: 'x' }),
        headers,
      })
      await answer.body?.cancel()
      const { 'content-security-policy': policy = '', 'x-content-type-options': sniff } =
        Object.fromEntries(answer.headers)
      if (!policy.includes("default-src 'none'") || sniff !== 'nosniff')
        bare.push(`${method} ${path}: ${answer.status}`)
    }
    const keeps = routesOf(test.app).filter(
      ({ path }) => !/sign-out|leave|deactivate|end-others|events$/.test(path),
    )
    for (const route of keeps)
      for (const who of [stranger, admin, operator])
        await look(
          who,
          route.method,
          addressOf(route, { workspace: 'northside', issuer: 'meta' }),
          {
            Origin: test.deps.config.publicUrl,
          },
        )
    for (const path of [
      '/callbacks/meta/deauthorize',
      '/callbacks/nobody',
      '/media/x',
      '/media/%00',
      '/nowhere',
      '/temporal/x',
    ])
      for (const method of ['GET', 'POST'])
        await look(stranger, method, path, { 'Content-Length': '999999999' })
    expect(bare).toEqual([])
  })

  it('has a request id of ours, never one that the client sent', async () => {
    const sent = 'f00dfeed-0000-4000-8000-000000000000'
    const { headers } = await test.cast.stranger.get('/nowhere', { 'X-Request-Id': sent })
    expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
    expect(headers.get('X-Request-Id')).not.toBe(sent)
  })
})

describe('cookies (promise A7)', () => {
  it('are absent before signing in, and a single one afterwards', async () => {
    for (const path of ['/', '/sign-in', '/password-reset', '/nowhere', '/assets/x/app.css'])
      expect((await test.cast.stranger.get(path)).headers.getSetCookie()).toEqual([])
    for (const path of ['/account', '/w/northside/people'])
      expect((await test.cast.admin.get(path)).headers.getSetCookie()).toEqual([])
  })
})

describe('writes', () => {
  const from = (headers: Record<string, string>) =>
    test.browser().request('/sign-in', { method: 'POST', body: 'email=a', headers })

  it('are accepted only from our own pages, whatever their content type', async () => {
    for (const headers of [
      {},
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site', Origin: 'http://other.localhost:8080' },
      { Origin: 'https://evil.example', 'Content-Type': 'application/json' },
    ] as Record<string, string>[])
      expect([headers, (await from(headers)).status]).toEqual([headers, 403])
    expect((await from({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(422)
    const put = await test.cast.admin.request('/w/northside/media', { method: 'PUT', body: 'x' })
    expect(put.status).toBe(403)
  })

  it('from a form have a small size limit', async () => {
    const answer = await test.browser().post('/sign-in', { email: 'x'.repeat(600_000) })
    expect(answer.status).toBe(413)
  })
})

describe('assets', () => {
  it('have URLs that change with their content, and are small', async () => {
    const page = await test.cast.stranger.get('/sign-in')
    const paths = [...page.text.matchAll(/="(\/assets\/[^"#]+)/g)].map(([, path]) => path!)
    expect(paths.length).toBeGreaterThanOrEqual(4)
    let bytes = Buffer.byteLength(page.text)
    for (const path of new Set(paths)) {
      const response = await test
        .browser()
        .request(path, { headers: { 'Accept-Encoding': 'gzip, br' } })
      expect([path, response.status, response.headers.get('Content-Encoding')]).toEqual([
        path,
        200,
        'br',
      ])
      bytes += (await response.arrayBuffer()).byteLength
    }
    expect(bytes).toBeLessThan(100_000)
    expect((await test.cast.stranger.get('/assets/x/../../config.ts')).status).toBe(404)
    expect((await test.cast.stranger.get('/assets/x/nothing.css')).status).toBe(404)
  })
})

describe('health', () => {
  it('reports whether the process is alive, and whether its dependencies are', async () => {
    expect((await test.cast.stranger.get('/health/live')).status).toBe(200)
    const ready = await test.cast.stranger.get('/health/ready')
    expect([ready.status, JSON.parse(ready.text)]).toEqual([
      200,
      { ready: true, postgres: true, temporal: true, worker: true, disk: true },
    ])
    const away = await createTestApp({
      temporal: { ...withoutTemporal, healthy: async () => false },
    })
    expect((await away.cast.stranger.get('/health/ready')).status).toBe(503)
    expect((await away.cast.stranger.get('/sign-in')).status).toBe(200)
  })
})
