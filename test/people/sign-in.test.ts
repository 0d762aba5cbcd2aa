import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { issueLinkToken } from '../../db/people/mail-links.ts'
import { createTestApp, password, type TestApp } from '../support/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const signIn = (
  browser: ReturnType<TestApp['browser']>,
  email: string,
  typed = password,
  next = '/',
) => browser.post('/sign-in', { email, password: typed, next })

describe('signing in', () => {
  it('opens a session and leads to the page that the person wanted', async () => {
    const browser = test.browser()
    const asked = await browser.get('/w/northside/people?x=1')
    expect([asked.status, asked.location]).toEqual([
      303,
      '/sign-in?next=%2Fw%2Fnorthside%2Fpeople%3Fx%3D1',
    ])
    const answer = await signIn(
      browser,
      '  ADA.Admin@Example.com ',
      password,
      '/w/northside/people?x=1',
    )
    expect([answer.status, answer.location]).toEqual([303, '/w/northside/people?x=1'])
    expect((await browser.get('/w/northside/people')).status).toBe(200)
  })

  it('never leads to another site afterwards', async () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/\t/evil.example',
    ]) {
      const answer = await signIn(test.browser(), test.cast.admin.email, password, next)
      expect([next, answer.location]).toEqual([next, '/'])
    }
  })

  it('responds in the same way to an unknown address and a wrong password', async () => {
    const wrong = await signIn(
      test.browser('198.51.100.1'),
      test.cast.admin.email,
      'not the password at all',
    )
    const unknown = await signIn(
      test.browser('198.51.100.2'),
      'nobody@example.com',
      'not the password at all',
    )
    expect([wrong.status, unknown.status]).toEqual([422, 422])
    expect(wrong.text).toContain('Wrong email or password.')
    expect(unknown.text.replace('nobody@example.com', '')).toBe(
      wrong.text.replace(test.cast.admin.email, ''),
    )
  })

  it('refuses a deactivated person with the same message, and ends their session', async () => {
    const gone = await test.addPerson('Greta Gone')
    await test.sql`update users set deactivated_at = now() where id = ${gone.id}`
    expect((await gone.get('/account')).location).toContain('/sign-in')
    const answer = await signIn(test.browser(), gone.email)
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('Wrong email or password.')
  })

  it('stores the password only as an Argon2id hash (promise A5)', async () => {
    const rows = await test.sql`select password_hash from users`
    for (const row of rows)
      expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=65536,(t=2,p=1|p=1,t=2)\$/)
    const [dump] = await test.sql`select string_agg(u::text, '') as text from users u`
    expect(dump!.text).not.toContain(password)
  })
})

beforeEach(async () => {
  await test.sql`delete from throttle`
})

/** Issues a person's newest sign-in link as the worker does, and returns its path. */
const signInLink = async (userId: string): Promise<string> => {
  const [row] = await test.sql`
    select id from mail_links where user_id = ${userId} and purpose = 'sign-in' order by created_at desc limit 1`
  return `/sign-in/link/${(await issueLinkToken(test.sql, row!.id, new Date(test.deps.now())))!.token}`
}
/** The throttle keys that an action adds. */
const keysOf = async (act: () => Promise<unknown>): Promise<string[]> => {
  const before = new Set((await test.sql`select key from throttle`).map(({ key }) => key as string))
  await act()
  return (await test.sql`select key from throttle`)
    .map(({ key }) => key as string)
    .filter((key) => !before.has(key))
}

describe('lockout (promise A6)', () => {
  it('starts after repeated failures, equally for known and unknown addresses, and applies even to the right password', {
    timeout: 90_000,
  }, async () => {
    const locked = await test.addPerson('Lotte Locked')
    const pages = []
    for (const [email, from] of [
      [locked.email, '198.51.100.3'],
      ['nobody.here@example.com', '198.51.100.4'],
    ] as const) {
      const browser = test.browser(from)
      for (let failure = 1; failure <= 5; failure++)
        expect((await signIn(browser, email, 'wrong wrong wrong')).status).toBe(422)
      const answer = await signIn(browser, email)
      expect(answer.status).toBe(429)
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(200)
      expect(answer.text).toMatch(/Too many attempts. Try again in 5 minutes./)
      pages.push(answer.text.replaceAll(email, ''))
    }
    expect(pages[0]).toBe(pages[1])
  })

  it("cannot be caused by a stranger elsewhere: twenty wrong attempts from four networks do not affect the person's own", {
    timeout: 90_000,
  }, async () => {
    const hunted = await test.addPerson('Hugo Hunted')
    for (let place = 1; place <= 4; place++) {
      const stranger = test.browser(`192.0.2.${place}`)
      await Promise.all(
        [1, 2, 3, 4, 5].map(() => signIn(stranger, hunted.email, 'wrong wrong wrong')),
      )
      expect((await signIn(stranger, hunted.email)).status).toBe(429)
    }
    expect((await signIn(test.browser('192.0.2.99'), hunted.email)).status).toBe(303)
  })

  it('stops guesses from many networks after a hundred attempts', { timeout: 90_000 }, async () => {
    const spread = await test.addPerson('Selma Spread')
    const key = (
      await keysOf(() => signIn(test.browser('192.0.2.150'), spread.email, 'wrong wrong wrong'))
    ).find((one) => one.startsWith('sign-in-person:'))
    await test.sql`update throttle set hits = 100 where key = ${key!}`
    expect((await signIn(test.browser('192.0.2.151'), spread.email)).status).toBe(429)
  })

  it('can be passed once with an emailed link and the password, whatever caused it', async () => {
    const person = await test.addPerson('Mona Mailed')
    const browser = test.browser('198.51.100.61')
    for (let failure = 0; failure < 5; failure++)
      await signIn(browser, person.email, 'wrong wrong wrong')
    const locked = await signIn(browser, person.email)
    expect(locked.text).toContain('Email me a sign-in link')
    await test.sql`update throttle set hits = 1000 where key like 'sign-in-p%'`
    const asked = await browser.post('/sign-in/link', { email: person.email })
    expect(asked.text).toContain('Check your email')
    const link = await signInLink(person.id)
    expect((await browser.get(link)).text).toContain(person.email)
    expect((await browser.post(link, { password: 'not hers at all' })).status).toBe(422)
    expect((await browser.post(link, { password })).location).toBe('/')
    expect((await browser.get('/account')).status).toBe(200)
    expect((await test.browser('198.51.100.62').post(link, { password })).status).toBe(404)
    // The lock of this network has ended too.
    expect((await signIn(test.browser('198.51.100.61'), person.email)).status).toBe(303)
  })

  it('allows ten wrong passwords with an emailed link, and requesting one gets the same response for unknown addresses', {
    timeout: 90_000,
  }, async () => {
    const person = await test.addPerson('Tina Tries')
    const known = await test.browser('198.51.100.63').post('/sign-in/link', { email: person.email })
    const unknown = await test
      .browser('198.51.100.64')
      .post('/sign-in/link', { email: 'nobody.here@example.com' })
    expect([unknown.status, unknown.text]).toEqual([known.status, known.text])
    const first = await signInLink(person.id)
    await test.browser('198.51.100.65').post('/sign-in/link', { email: person.email })
    // If a stranger requests another link, the link in the person's mailbox stays valid.
    expect((await test.browser('198.51.100.66').get(first)).status).toBe(200)
    const statuses = []
    for (let attempt = 0; attempt < 11; attempt++)
      statuses.push(
        (await test.browser('198.51.100.66').post(first, { password: 'not hers at all' })).status,
      )
    expect(statuses).toEqual([...new Array(10).fill(422), 429])
  })

  it("does not let strangers use up a person's attempts to confirm something in a session", async () => {
    const person = await test.addPerson('Kim Confirms')
    await test.sql`update throttle set hits = 1000 where key like 'sign-in-%'`
    for (let failure = 0; failure < 6; failure++)
      await signIn(test.browser('192.0.2.170'), person.email, 'wrong wrong wrong')
    expect(
      (await person.post('/confirm', { confirm_password: password, next: '/account' })).status,
    ).toBe(303)
  })

  it('is reset by a successful sign-in', async () => {
    const clumsy = await test.addPerson('Carla Clumsy')
    const browser = test.browser('198.51.100.5')
    for (let round = 0; round < 3; round++) {
      for (let failure = 0; failure < 3; failure++)
        await signIn(browser, clumsy.email, 'wrong wrong wrong')
      expect((await signIn(browser, clumsy.email)).status).toBe(303)
    }
  })

  it('stores no address of a person or a network in plain text (promise A3)', async () => {
    await signIn(test.browser(), test.cast.admin.email, 'wrong wrong wrong')
    const rows = await test.sql`select key from throttle`
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.key).toMatch(/^[a-z-]+:[\w-]{43}$/)
  })
})
