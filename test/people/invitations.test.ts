import { beforeAll, describe, expect, it } from 'vitest'
import { firstOperatorLink } from '../../db/people/first-operator.ts'
import { createTestApp, password, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browsing.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const day = 86_400_000
const invite = async (
  by: Browser = test.cast.admin,
  role = 'manager',
  workspace = 'northside',
): Promise<string> => {
  const page = await by.post(`/w/${workspace}/people/invitations`, {
    role,
    confirm_password: password,
  })
  expect(page.status).toBe(200)
  const [, path] = /value="http:\/\/localhost:\d+(\/invitations\/[\w-]{43})"/.exec(page.text) ?? []
  return path!
}
const newcomer = (name: string) => ({
  name,
  email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
  password: 'a heap of seven inches',
})
const roleOf = async (email: string, workspace = 'northside') => {
  const [row] = await test.sql`
    select m.role from memberships m join users u on u.id = m.user_id join workspaces w on w.id = m.workspace_id
    where u.email = ${email} and w.slug = ${workspace}`
  return row?.role
}

describe('an invitation (promise A1)', () => {
  it('creates an account with the role that the admin chose, in their workspace only', async () => {
    for (const role of ['manager', 'admin']) {
      const path = await invite(test.cast.admin, role)
      const browser = test.browser()
      const page = await browser.get(path)
      expect(page.status).toBe(200)
      expect(page.text).toContain('Join Northside Records')
      const person = newcomer(`Nora ${role}`)
      const answer = await browser.post(path, person)
      expect([answer.status, answer.location]).toEqual([303, '/w/northside/today?said=joined'])
      expect(await roleOf(person.email)).toBe(role)
      expect((await browser.get('/account')).text).toContain(person.email)
      expect((await browser.get('/w/elsewhere/people')).status).toBe(404)
      expect((await browser.get('/operate')).status).toBe(404)
    }
  })

  it('can be emailed from the admin’s own mail program, and the address is not stored', async () => {
    const to = 'mara+crates@example.com'
    const form = { role: 'manager', email: to, confirm_password: password }
    const page = await test.cast.admin.post('/w/northside/people/invitations', form)
    const [, mailto = ''] = /href="(mailto:[^"]*)"/.exec(page.text) ?? []
    const link = new URL(mailto.replaceAll('&amp;', '&'))
    expect(decodeURIComponent(link.pathname)).toBe(to)
    expect(link.searchParams.get('body')).toMatch(/\/invitations\/[\w-]{43}\n/)
    const [row] =
      await test.sql`select to_jsonb(i)::text as stored from invitations i order by created_at desc limit 1`
    expect(row?.stored).not.toContain('mara')
  })

  it('is not created for an address that is none, and the form keeps what was typed', async () => {
    const count = async () => (await test.sql`select count(*)::int as n from invitations`)[0]?.n
    const before = await count()
    const form = { role: 'admin', email: 'mara at example', confirm_password: password }
    const page = await test.cast.admin.post('/w/northside/people/invitations', form)
    expect(page.status).toBe(422)
    expect(page.text).toContain('Enter an email address such as name@example.com.')
    expect(page.text).toContain('value="mara at example"')
    expect(page.text).toMatch(/value="admin"\s*checked/)
    expect(await count()).toBe(before)
  })

  it('is the only way to create an account', async () => {
    const [{ n: before }] = (await test.sql`select count(*)::int as n from users`) as never as [
      { n: number },
    ]
    const form = newcomer('Sneaky Sue')
    for (const path of [
      '/sign-up',
      '/register',
      '/users',
      '/account',
      '/invitations',
      '/invitations/',
      '/sign-in',
      `/invitations/${'x'.repeat(43)}`,
    ])
      expect((await test.browser().post(path, form)).status).not.toBe(200)
    const [{ n: after }] = (await test.sql`select count(*)::int as n from users`) as never as [
      { n: number },
    ]
    expect(after).toBe(before)
    for (const path of ['/', '/sign-in'])
      expect((await test.browser().get(path)).text).not.toMatch(
        /sign[- ]up<|register|create an account/i,
      )
  })

  it('works once', async () => {
    const path = await invite()
    expect((await test.browser().post(path, newcomer('First Come'))).status).toBe(303)
    const late = await test.browser().get(path)
    expect(late.status).toBe(404)
    expect(late.text).toContain('This invitation doesn’t work')
    expect((await test.browser().post(path, newcomer('Second Come'))).status).toBe(404)
    expect(await roleOf('second.come@example.com')).toBeUndefined()
  })

  it('goes to only one of two people who accept at the same moment, and the other gets no account', {
    timeout: 60_000,
  }, async () => {
    for (let round = 0; round < 5; round++) {
      const path = await invite()
      const names = [`Racer One${round}`, `Racer Two${round}`, `Racer Tri${round}`]
      const answers = await Promise.all(
        names.map((name) => test.browser().post(path, newcomer(name))),
      )
      expect(answers.map((answer) => answer.status).sort()).toEqual([303, 404, 404])
      const made = await test.sql`select 1 from users where name in ${test.sql(names)}`
      expect(made).toHaveLength(1)
    }
  })

  it('is not used up by opening its link, because mail scanners follow links', async () => {
    const path = await invite()
    for (let look = 0; look < 3; look++) expect((await test.browser().get(path)).status).toBe(200)
    expect((await test.browser().post(path, newcomer('Still Good'))).status).toBe(303)
  })

  it('expires after seven days', async () => {
    const path = await invite()
    test.clock.moveBy(7 * day - 60_000)
    expect((await test.browser().get(path)).status).toBe(200)
    test.clock.moveBy(61_000)
    expect((await test.browser().get(path)).status).toBe(404)
    expect((await test.browser().post(path, newcomer('Too Late'))).status).toBe(404)
  })

  it('can be revoked by any admin of its workspace and nobody else', async () => {
    const path = await invite()
    const [row] = await test.sql`select id from invitations order by created_at desc limit 1`
    const revoke = (by: Browser, workspace = 'northside') =>
      by.post(`/w/${workspace}/people/invitations/${row!.id}/revoke`, {
        confirm_password: password,
      })
    expect((await revoke(test.cast.manager)).status).toBe(403)
    expect((await revoke(test.cast.outsider)).status).toBe(404)
    expect((await revoke(test.cast.outsider, 'elsewhere')).status).toBe(404)
    expect((await test.browser().get(path)).status).toBe(200)
    expect((await revoke(test.cast.admin)).status).toBe(303)
    expect((await test.browser().get(path)).status).toBe(404)
    expect((await test.browser().post(path, newcomer('Not Wanted'))).status).toBe(404)
  })

  it('is stored only as a hash, and its link is shown once', async () => {
    const path = await invite()
    const code = path.split('/')[2]!
    const [dump] = await test.sql`select string_agg(i::text, '') as text from invitations i`
    expect(dump!.text).not.toContain(code)
    const [events] = await test.sql`select string_agg(e::text, '') as text from events e`
    expect(events!.text).not.toContain(code)
    expect((await test.cast.admin.get('/w/northside/people')).text).not.toContain(code)
  })

  it('keeps what was typed and shows the error beside it, but never the password', async () => {
    const path = await invite()
    const typed = { name: 'Erna Error', email: 'not an address', password: 'short' }
    const page = await test.browser().post(path, typed)
    expect(page.status).toBe(422)
    expect(page.text).toContain('value="Erna Error"')
    expect(page.text).toContain('Enter an email address such as name@example.com.')
    expect(page.text).toContain('Use at least 12 characters')
    expect(page.text).not.toContain('value="short"')
    const guessed = await test
      .browser()
      .post(path, { ...newcomer('Erna Error'), password: 'erna.error123' })
    expect(guessed.text).toContain('This contains your name')
  })
})

describe('a person who already has an account', () => {
  it('joins a second workspace when signed in, and remains one person', async () => {
    const path = await invite(test.cast.outsider, 'manager', 'elsewhere')
    const page = await test.cast.manager.get(path)
    expect(page.text).toContain('Accept as Max Manager')
    expect((await test.cast.manager.post(path)).status).toBe(303)
    expect(await roleOf(test.cast.manager.email, 'elsewhere')).toBe('manager')
    expect(await roleOf(test.cast.manager.email, 'northside')).toBe('manager')
    expect(
      await test.sql`select 1 from users where email = ${test.cast.manager.email}`,
    ).toHaveLength(1)
  })

  it('can sign in on the invitation page, where a wrong password leaves the invitation unused', async () => {
    const path = await invite(test.cast.outsider, 'admin', 'elsewhere')
    const browser = test.browser('198.51.100.20')
    const wrong = await browser.post(path, {
      as: 'existing',
      email: test.cast.admin.email,
      password: 'not my password',
    })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain('Wrong email or password.')
    const right = await browser.post(path, {
      as: 'existing',
      email: test.cast.admin.email,
      password,
    })
    expect([right.status, right.location]).toEqual([303, '/w/elsewhere/today?said=joined'])
    expect(await roleOf(test.cast.admin.email, 'elsewhere')).toBe('admin')
  })

  it('cannot be created again with the form for newcomers', async () => {
    const path = await invite()
    const page = await test
      .browser()
      .post(path, { ...newcomer('Any Name'), email: test.cast.outsider.email.toUpperCase() })
    expect(page.status).toBe(422)
    expect(page.text).toContain('There’s already an account with this address')
    expect(await roleOf(test.cast.outsider.email)).toBeUndefined()
  })

  it('and is already a member keeps their role, and the invitation stays valid for someone else', async () => {
    const path = await invite(test.cast.admin, 'manager')
    expect((await test.cast.admin.get(path)).text).toContain(
      'You’re already a member of this workspace',
    )
    expect((await test.cast.admin.post(path)).location).toBe('/w/northside/today')
    expect(await roleOf(test.cast.admin.email)).toBe('admin')
    expect((await test.browser().post(path, newcomer('Another One'))).status).toBe(303)
  })
})

describe('guessing links', () => {
  it('is limited per network, and the page says how long to wait', async () => {
    const browser = test.browser('198.51.100.77')
    for (let guess = 0; guess < 60; guess++)
      expect((await browser.get(`/invitations/guess${guess}`)).status).toBe(404)
    const refused = await browser.get('/password-reset/guess')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(600)
    expect(refused.text).toMatch(/Too many attempts. Try again in 1\d minutes./)
  })
})

describe('the first start', () => {
  it('creates one link for the first operator, and none once there is an operator', async () => {
    const { publicUrl } = test.deps.config
    expect(await firstOperatorLink(test.sql, publicUrl)).toBeNull()
    await test.sql`update users set is_operator = false`
    const now = new Date(test.deps.now())
    const earlier = new URL((await firstOperatorLink(test.sql, publicUrl, now))!).pathname
    const link = new URL((await firstOperatorLink(test.sql, publicUrl, now))!).pathname
    expect((await test.browser().get(earlier)).status).toBe(404)
    const browser = test.browser()
    expect((await browser.get(link)).text).toContain('Set up this installation')
    const answer = await browser.post(link, newcomer('Olga Operates'))
    expect([answer.status, answer.location]).toEqual([303, '/operate'])
    expect(await firstOperatorLink(test.sql, publicUrl, now)).toBeNull()
    const made = await browser.post('/operate/workspaces', {
      name: 'Café Zürich & Co.',
      slug: '',
      zone: 'Europe/Zurich',
    })
    expect(made.location).toBe('/w/cafe-zurich-co/today?said=workspace-made')
    expect(await roleOf('olga.operates@example.com', 'cafe-zurich-co')).toBe('admin')
    expect(
      (
        await browser.post('/operate/workspaces', {
          name: 'Again',
          slug: 'cafe-zurich-co',
          zone: 'UTC',
        })
      ).status,
    ).toBe(422)
  })
})
