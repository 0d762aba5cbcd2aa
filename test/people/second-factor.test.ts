import { Secret, TOTP } from 'otpauth'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertMailLink, issueLinkToken } from '../../db/people/mail-links.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { countSecondFactors, removeSecondFactors } from '../../db/people/second-factor.ts'
import { insertExport } from '../../db/privacy/exports.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browsing.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})
beforeEach(async () => {
  await test.sql`delete from throttle`
})

const stepMs = 30_000
const codeOf = (key: string, at = test.deps.now()): string =>
  new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate({ timestamp: at })
/** Sets up the app as a person does, and returns its key and the recovery codes. */
const setUp = async (person: Person): Promise<{ key: string; codes: string[] }> => {
  const page = await person.get('/account/security/authenticator')
  const key = /class="setup-key">([A-Z2-7 ]+)</.exec(page.text)![1]!
  const setup = /name="setup" value="([^"]+)"/.exec(page.text)![1]!
  const done = await person.post('/account/security/authenticator', { setup, code: codeOf(key) })
  expect(done.status).toBe(200)
  const codes = [...done.text.matchAll(/<code>([0-9A-Z]{4}-[0-9A-Z]{4})<\/code>/g)].map(
    ([, code]) => code!,
  )
  expect(new Set(codes).size).toBe(10)
  return { key, codes }
}
const withPassword = async (person: Person, from = '198.51.100.70'): Promise<Browser> => {
  const browser = test.browser(from)
  const answer = await browser.post('/sign-in', { email: person.email, password, next: '/account' })
  expect(answer.location).toBe('/sign-in/code?next=%2Faccount')
  return browser
}
const mailed = async (person: Person) =>
  (await test.sql`select name from events where subject_id = ${person.id} order by id`).map(
    ({ name }) => name,
  )

describe('signing in with an authenticator app', () => {
  it('requires the code after the password, and before that the session opens nothing', async () => {
    const person = await test.addPerson('Tessa Totp')
    const { key } = await setUp(person)
    const browser = await withPassword(person)
    expect((await browser.get('/account')).location).toContain('/sign-in')
    expect((await browser.post('/account/export')).location).toContain('/sign-in')
    expect((await browser.get('/sign-in/code')).text).toContain('autocomplete="one-time-code"')
    expect((await browser.post('/sign-in/code', { code: '000000' })).status).toBe(422)
    const before = browser.cookie()
    test.clock.moveBy(stepMs)
    expect(
      (await browser.post('/sign-in/code', { code: codeOf(key), next: '/account' })).location,
    ).toBe('/account')
    expect((await browser.get('/account')).status).toBe(200)
    expect(browser.cookie()).not.toBe(before)
    expect(await mailed(person)).toContain('authenticator.added')
  })

  it('accepts a code once, even in another browser', async () => {
    const person = await test.addPerson('Rita Replay')
    const { key } = await setUp(person)
    test.clock.moveBy(stepMs)
    const code = codeOf(key)
    expect((await (await withPassword(person)).post('/sign-in/code', { code })).status).toBe(303)
    expect((await (await withPassword(person)).post('/sign-in/code', { code })).status).toBe(422)
  })

  it('locks after five wrong codes, even for the right one, and notifies the person', async () => {
    const person = await test.addPerson('Lara Locked')
    const { key } = await setUp(person)
    test.clock.moveBy(stepMs)
    const browser = await withPassword(person)
    for (let wrong = 0; wrong < 5; wrong++)
      expect((await browser.post('/sign-in/code', { code: '123456' })).status).toBe(422)
    expect((await browser.post('/sign-in/code', { code: codeOf(key) })).status).toBe(429)
    expect(await mailed(person)).toContain('second_factor.refused')
  })

  it('keeps the secret sealed and the recovery codes hashed', async () => {
    const person = await test.addPerson('Sina Sealed')
    const { key, codes } = await setUp(person)
    const [app] =
      await test.sql`select secret_sealed from authenticator_apps where user_id = ${person.id}`
    expect(app!.secretSealed).toMatch(/^v1\./)
    expect(app!.secretSealed).not.toContain(key.replaceAll(' ', ''))
    const [dump] = await test.sql`select string_agg(r::text, '') as text from recovery_codes r`
    for (const code of codes) expect(dump!.text).not.toContain(code)
    expect((await person.get('/account/security')).text).not.toContain(codes[0])
  })
})

describe('a recovery code', () => {
  it('replaces the app once, and the remaining codes are counted', async () => {
    const person = await test.addPerson('Rico Recovers')
    const { codes } = await setUp(person)
    const typed = codes[0]!.toLowerCase().replace('-', ' ')
    expect(
      (await (await withPassword(person)).post('/sign-in/code', { code: typed, with: 'recovery' }))
        .status,
    ).toBe(303)
    expect(
      (await (await withPassword(person)).post('/sign-in/code', { code: typed, with: 'recovery' }))
        .status,
    ).toBe(422)
    expect((await person.get('/account/security')).text).toContain('9 of 10 left')
    expect(await mailed(person)).toContain('recovery_code.used')
  })

  it('stops working when new ones are created', async () => {
    const person = await test.addPerson('Nora Newcodes')
    const { codes } = await setUp(person)
    expect((await person.post('/account/security/recovery-codes')).status).toBe(200)
    expect(
      (
        await (
          await withPassword(person)
        ).post('/sign-in/code', { code: codes[1]!, with: 'recovery' })
      ).status,
    ).toBe(422)
  })
})

describe('confirming', () => {
  it('requires the password and a code from a person with two-step sign-in', async () => {
    const person = await test.addPerson('Conny Confirms')
    const { codes } = await setUp(person)
    await test.sql`update sessions set confirmed_at = now() - interval '1 hour', second_factor_at = now() - interval '1 hour' where user_id = ${person.id}`
    expect((await person.post('/account/export')).status).toBe(403)
    expect((await person.post('/account/export', { confirm_password: password })).status).toBe(422)
    const done = await person.post('/account/export', {
      confirm_password: password,
      confirm_code: codes[0]!,
    })
    expect(done.location).toBe('/account?said=export-asked')
  })
})

describe('a workspace that requires two-step sign-in', () => {
  it('opens only in sessions that used it, and only an admin who has it can require it', async () => {
    const { admin, manager, outsider } = test.cast
    expect(
      (await admin.post('/w/northside/people/second-factor', { required: 'yes' })).location,
    ).toBe('/account/security')
    await setUp(admin)
    for (const who of [manager, outsider])
      expect([403, 404]).toContain(
        (await who.post('/w/northside/people/second-factor', { required: 'yes' })).status,
      )
    expect(
      (await admin.post('/w/northside/people/second-factor', { required: 'yes' })).location,
    ).toContain('said=second-factor-required')
    expect((await admin.get('/w/northside/people')).status).toBe(200)
    expect((await manager.get('/w/northside/calendar')).location).toBe('/account/security')
    await setUp(manager)
    expect((await manager.get('/w/northside/calendar')).status).toBe(200)
    expect((await manager.post('/account/security/authenticator/remove')).status).toBe(409)
    await admin.post('/w/northside/people/second-factor', { required: 'no' })
    await removeSecondFactors(test.sql, admin.id)
    await removeSecondFactors(test.sql, manager.id)
  })
})

describe('a two-step sign-in requirement', () => {
  const withPasskeys = async (name: string, count: number): Promise<Person> => {
    const person = await test.addPerson(name)
    await insertMembership(test.sql, test.workspaces.elsewhere, person.id, 'manager')
    await setUp(person)
    for (let n = 0; n < count; n += 1)
      await test.sql`
        insert into passkeys (user_id, name, credential_id, public_key, created_at)
        values (${person.id}, ${`Key ${n}`}, ${`${person.id} ${n}`}, '\\x00', now())`
    return person
  }
  const requireElsewhere = (is: boolean) =>
    test.sql`update workspaces set requires_second_factor = ${is} where id = ${test.workspaces.elsewhere}`
  const passkeysOf = ({ id }: Person) =>
    test.sql<{ id: string }[]>`select id from passkeys where user_id = ${id}`
  const waysOf = async ({ id }: Person) => {
    const { passkeys, hasApp } = await countSecondFactors(test.sql, id)
    return passkeys + Number(hasApp)
  }

  it('covers data exports, which include workspace data: the request, the page and the file', async () => {
    const person = await test.addPerson('Erna Export')
    await insertMembership(test.sql, test.workspaces.elsewhere, person.id, 'manager')
    const id = (await insertExport(test.sql, person.id, new Date()))!
    const link = await insertMailLink(test.sql, {
      userId: person.id,
      purpose: 'export',
      exportId: id,
      now: new Date(),
    })
    const path = `/account/export/${(await issueLinkToken(test.sql, link, new Date()))!.token}`
    await requireElsewhere(true)
    for (const answer of [
      await person.post('/account/export'),
      await person.get(path),
      await person.post(path),
    ])
      expect(answer.location).toBe('/account/security')
    await setUp(person)
    expect((await person.get(path)).text).toContain('Your data is ready')
    expect((await person.post('/account/export')).location).toBe('/account?said=export-asked')
    await requireElsewhere(false)
  })

  it('covers exports of operators if the installation requires it of operators', async () => {
    const { operator } = test.cast
    await test.sql`update installation set operators_require_second_factor = true`
    expect((await operator.post('/account/export')).location).toBe('/account/security')
    await test.sql`update installation set operators_require_second_factor = false`
    expect((await operator.post('/account/export')).location).toBe('/account?said=export-asked')
  })

  it('keeps one method when several are removed at the same moment', async () => {
    await requireElsewhere(true)
    for (let round = 0; round < 6; round += 1) {
      const person = await withPasskeys(`Removing Rob ${round}`, 2)
      const removals = (await passkeysOf(person)).map(
        ({ id }) => `/account/security/passkeys/${id}/remove`,
      )
      const answers = await Promise.all(
        [...removals, '/account/security/authenticator/remove'].map((path) => person.post(path)),
      )
      expect([await waysOf(person), answers.map(({ status }) => status).sort()]).toEqual([
        1,
        [303, 303, 409],
      ])
    }
    await requireElsewhere(false)
  })

  it('that does not apply lets the last method be removed, with the recovery codes', async () => {
    const person = await withPasskeys('Free Fred', 1)
    const [key] = await passkeysOf(person)
    const answers = await Promise.all([
      person.post(`/account/security/passkeys/${key!.id}/remove`),
      person.post('/account/security/authenticator/remove'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(await waysOf(person)).toBe(0)
    expect(await test.sql`select from recovery_codes where user_id = ${person.id}`).toHaveLength(0)
  })
})

describe('a person who lost every method', () => {
  it('can be reset by an admin of all their workspaces and nobody else', async () => {
    const { admin, manager, outsider, operator } = test.cast
    await setUp(manager)
    const path = `/w/northside/people/${manager.id}/second-factor`
    for (const who of [manager, outsider, operator])
      expect([403, 404]).toContain((await who.post(path)).status)
    await setUp(admin)
    expect((await admin.post(`/w/northside/people/${admin.id}/second-factor`)).status).toBe(404)
    expect((await admin.post(path)).location).toContain('said=second-factor-reset')
    expect((await manager.get('/account')).status).toBe(303)
    const answer = await test.browser().post('/sign-in', { email: manager.email, password })
    expect(answer.location).toBe('/')
    expect(await mailed(manager)).toContain('second_factor.reset')
  })

  it('can be reset by an operator in the list of people with a recent password, which is recorded and emailed to the person', async () => {
    const { operator, admin } = test.cast
    const person = await test.addPerson('Lotte Lost')
    await setUp(person)
    const path = `/operate/people/${person.id}/second-factor`
    expect((await operator.get('/operate/people')).text).toContain(`action="${path}"`)
    expect((await admin.post(path)).status).toBe(404)
    await test.sql`update sessions set confirmed_at = now() - interval '11 minutes' where user_id = ${operator.id}`
    expect((await operator.post(path)).text).toContain('Confirm it’s you')
    expect((await operator.post(path, { confirm_password: password })).location).toContain(
      'said=second-factor-reset',
    )
    expect((await person.get('/account')).status).toBe(303)
    const [event] =
      await test.sql`select id, user_id from events where name = 'second_factor.reset' and subject_id = ${person.id}`
    expect(event).toMatchObject({ userId: operator.id })
    expect(
      await test.sql`select from outbox where kind = 'account-mail' and ref_id = ${event!.id}`,
    ).toHaveLength(1)
    expect((await operator.get('/operate/people')).text).not.toContain(`action="${path}"`)
  })
})
