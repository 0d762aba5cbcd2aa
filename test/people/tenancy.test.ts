import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import type { Access } from './access.ts'
import { routes } from './tenancy-table.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const cast = ['stranger', 'manager', 'admin', 'outsider', 'operator'] as const

const known = (): Set<string> => {
  const handlers = test.app.routes.filter(
    (route) => route.method !== 'ALL' && !route.path.startsWith('/assets/'),
  )
  return new Set(
    handlers.map((route) => `${route.method} ${route.path.replace(shapeOfParameter, '')}`),
  )
}
/** The pattern `{[0-9a-f]{8}-…}` after a parameter's name. */
const shapeOfParameter = /\{(?:[^{}]|\{[^}]*\})*\}/g

describe('access by role', () => {
  it('is in the table for every route', () => {
    expect([...known()].filter((route) => !(route in routes))).toEqual([])
    expect(Object.keys(routes).filter((route) => !known().has(route))).toEqual([])
  })

  for (const [route, access] of Object.entries(routes)) {
    it(`${route}: ${Object.values(access).join(' ')}`, async () => {
      await test.sql`delete from throttle` // all requests come from one address
      const seen = Object.fromEntries(
        await Promise.all(
          cast.map(
            async (who): Promise<[keyof Access, number]> => [who, await statusFor(route, who)],
          ),
        ),
      )
      expect(seen).toEqual(access)
    })
  }
})

const statusFor = async (route: string, who: keyof Access): Promise<number> => {
  const [method = '', pattern = ''] = route.split(' ')
  const id = '0193a000-0000-7000-8000-000000000000'
  const path = pattern
    .replace(':workspace', 'northside')
    .replace(/:platform|:issuer/, 'meta')
    .replace(/:[a-zA-Z]+/g, id)
  const headers = {
    Origin: test.deps.config.publicUrl,
    'Content-Type': 'application/x-www-form-urlencoded',
  }
  // Signing out or leaving would end the cast's sessions, so these routes are requested without a
  // session.
  const browser = ['POST /sign-out', 'POST /account/leave', 'POST /account/deactivate'].includes(
    route,
  )
    ? test.browser()
    : test.cast[who]
  const response = await browser.request(path, {
    method,
    ...(method === 'GET' ? {} : { headers, body: '' }),
  })
  await response.body?.cancel()
  return response.status
}
