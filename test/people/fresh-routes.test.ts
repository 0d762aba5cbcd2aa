import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertMembership } from '../../db/people/memberships.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'
import { routes } from './tenancy-table.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})
beforeEach(async () => {
  await test.sql`delete from throttle`
})

/**
 * Routes that grant or remove rights, keys, exports or the account. They require the password if it
 * was entered more than ten minutes ago.
 */
const fresh = [
  'GET /account/leave',
  'POST /account/leave',
  'GET /account/deactivate',
  'POST /account/deactivate',
  'POST /account/export',
  'GET /account/export/:token',
  'POST /account/export/:token',
  'GET /account/security/passkeys/new',
  'POST /account/security/passkeys/options',
  'POST /account/security/passkeys',
  'POST /account/security/passkeys/:id/remove',
  'GET /account/security/authenticator',
  'POST /account/security/authenticator',
  'POST /account/security/authenticator/remove',
  'POST /account/security/recovery-codes',
  'POST /w/:workspace/people/second-factor',
  'POST /w/:workspace/people/:user/second-factor',
  'POST /operate/people/:user/second-factor',
  'POST /operate/second-factor',
  'POST /operate/workspaces',
  'POST /w/:workspace/feeds/:kind/link',
  'POST /w/:workspace/reports/:report/link',
  'POST /w/:workspace/reports/:report/emails/change',
  'POST /w/:workspace/reports/:report/emails/ask',
  'POST /w/:workspace/people/invitations',
  'POST /w/:workspace/people/invitations/:id/revoke',
  'POST /w/:workspace/people/invitations/:id/restore',
  'POST /w/:workspace/people/:user/role',
  'POST /w/:workspace/people/:user/remove',
  'POST /w/:workspace/people/:user/deactivate',
  'POST /w/:workspace/people/:user/reactivate',
  'POST /w/:workspace/reviews/links',
  'POST /w/:workspace/settings/developers/keys',
  'POST /w/:workspace/settings/developers/keys/:key/end',
  'POST /w/:workspace/settings/developers/webhooks',
  'POST /w/:workspace/settings/developers/webhooks/:endpoint/events',
  'POST /w/:workspace/settings/developers/webhooks/:endpoint/change',
  'POST /w/:workspace/settings/developers/webhooks/:endpoint/restore',
  'POST /w/:workspace/settings/developers/webhooks/:endpoint/delete',
  'POST /oauth/authorize',
  'GET /w/:workspace/channels/:channel/disconnect',
  'POST /w/:workspace/channels/:channel/disconnect',
  'GET /w/:workspace/channels/:channel/delete',
  'POST /w/:workspace/channels/:channel/delete',
]
/** Forms that ask for the password every time. */
const withPassword = ['POST /account/password', 'POST /account/email']
/**
 * All other routes that change something, with the reason why they don't require a recent password.
 * A new route fails the test until it is in one of the lists.
 */
const others: Record<string, RegExp[]> = {
  'signing in and out, mailed links': [
    /POST \/(sign-in|sign-out|confirm|password-reset|data-deletion|invitations)/,
    /POST \/account\/email(-back)?\/:token/,
  ],
  'what protects the account can always be done': [/POST \/account\/(sessions|email\/cancel)/],
  'own name, theme and choices': [
    /POST \/account\/security\/passkeys\/:id\/rename/,
    /POST \/account\/(name|theme|dates|shortcuts|notices)$/,
    /POST \/privacy\/seen/,
  ],
  'daily work in a workspace': [
    /(POST|PUT) \/w\/:workspace\/(today|calendar|posts|series|reviews|reports(?!\/:report\/(link|emails))|media|insights|notices|pause|settings|connect)/,
    /(POST|PATCH|DELETE) \/w\/:workspace\/uploads/,
    /POST \/w\/:workspace\/channels\/:channel\/check/,
  ],
  'what takes access away can always be done': [
    /POST \/w\/:workspace\/feeds\/:kind\/delete/,
    /POST \/w\/:workspace\/reports\/:report\/link\/delete/,
    /POST \/w\/:workspace\/reports\/:report\/emails\/(stop|:reader\/remove)/,
    /POST \/account\/apps/,
  ],
  'running the installation': [/POST \/operate\/pause/, /POST \/codec\/decode/],
  'writes ask in Temporal’s own form: test/browser/temporal-ui.test.ts': [/\w+ \/temporal/],
  'signed by a platform': [/POST \/callbacks/],
  'with a key, not a session': [
    /\w+ \/api\/v1\//,
    /POST \/mcp$/,
    /POST \/oauth\/(register|token|revoke)$/,
  ],
  'by a secret link, without an account': [/POST \/(review|report-emails)\/:code/],
}

const stale = (person: Person) =>
  test.sql`update sessions set confirmed_at = confirmed_at - interval '11 minutes' where user_id = ${person.id}`
const reset = (person: Person) =>
  test.sql`update sessions set confirmed_at = now() where user_id = ${person.id}`
const id = '0193a000-0000-7000-8000-000000000000'
const pathOf = (pattern: string) =>
  pattern.replace(':workspace', 'northside').replace(/:[a-zA-Z]+/g, id)

describe('a browser left open', () => {
  it('is decided on for every route', () => {
    const known = [...fresh, ...withPassword]
    const unknown = Object.keys(routes)
      .filter((route) => !route.startsWith('GET') && !known.includes(route))
      .filter(
        (route) =>
          !Object.values(others).some((patterns) =>
            patterns.some((pattern) => pattern.test(route)),
          ),
      )
    expect(unknown).toEqual([])
    expect(known.filter((route) => !(route in routes))).toEqual([])
  })

  for (const route of fresh)
    it(`has to confirm the password first: ${route}`, async () => {
      const who = route.includes('/operate') ? test.cast.operator : test.cast.admin
      await stale(who)
      const [method = '', pattern = ''] = route.split(' ')
      const answer =
        method === 'GET'
          ? await who.get(pathOf(pattern))
          : await who.post(pathOf(pattern), { role: 'admin' })
      await reset(who)
      if (method === 'GET')
        expect([answer.status, answer.location?.split('?')[0]]).toEqual([303, '/confirm'])
      else {
        expect(answer.status).toBe(403)
        expect(answer.text).toContain('Confirm it’s you')
        expect(answer.text).toContain(`action="${pathOf(pattern)}"`)
      }
    })
})

describe('a form sent after the password has become too old', () => {
  it('is not lost: after the password is entered, it does what was requested, with all its fields', async () => {
    const person = await test.addPerson('Nina Newcomer')
    await insertMembership(test.sql, test.workspaces.northside, person.id, 'manager')
    const path = `/w/northside/people/${person.id}/role`
    await stale(test.cast.admin)
    const asked = await test.cast.admin.post(path, { role: 'admin', confirm_code: 'x' })
    expect(asked.text).toContain('<input type="hidden" name="role" value="admin">')
    expect(asked.text).not.toContain('confirm_code" value="x"')
    const wrong = await test.cast.admin.post(path, {
      role: 'admin',
      confirm_password: 'not hers at all',
    })
    expect([wrong.status, wrong.text.includes('That’s not your password')]).toEqual([422, true])
    expect(wrong.text).toContain('<input type="hidden" name="role" value="admin">')
    expect(wrong.text).not.toContain('not hers at all')
    const done = await test.cast.admin.post(path, { role: 'admin', confirm_password: password })
    expect(done.location).toBe('/w/northside/people?said=role-changed')
    // Within ten minutes from now, the password isn't required again.
    expect((await test.cast.admin.post(path, { role: 'manager' })).location).toBe(
      '/w/northside/people?said=role-changed',
    )
  })

  it('is limited, so that nobody can use it to try many passwords', async () => {
    const person = await test.addPerson('Bodo Brute')
    await stale(person)
    const statuses = []
    for (let attempt = 0; attempt < 6; attempt++)
      statuses.push(
        (await person.post('/account/export', { confirm_password: 'not his at all' })).status,
      )
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
    expect(await test.sql`select from exports where user_id = ${person.id}`).toHaveLength(0)
  })

  it("creates an admin's invitation only after the password is entered", async () => {
    const count = async () => (await test.sql`select count(*)::int as n from invitations`)[0]!.n
    const before = await count()
    await stale(test.cast.admin)
    expect(
      (await test.cast.admin.post('/w/northside/people/invitations', { role: 'admin' })).status,
    ).toBe(403)
    expect(await count()).toBe(before)
    const made = await test.cast.admin.post('/w/northside/people/invitations', {
      role: 'admin',
      confirm_password: password,
    })
    expect(made.text).toContain('/invitations/')
    expect(await count()).toBe(before + 1)
  })
})
