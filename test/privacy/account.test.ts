import { beforeAll, describe, expect, test } from 'vitest'
import { sendAccountMail } from '../../activities/mail/account.ts'
import { sendMailLink } from '../../activities/mail/link.ts'
import type { Email } from '../../activities/mail/send.ts'
import { sweep } from '../../activities/privacy/retention.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { rules } from '../../db/privacy/retention.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'
import { createTestTemporal, type TestTemporal } from '../support/servers/temporal.ts'

const dayMs = 86_400_000
let app: TestApp
let temporal: TestTemporal
const letters: Email[] = []
beforeAll(async () => {
  app = await createTestApp()
  temporal = await createTestTemporal()
})

/** Sends the emails that the worker's relay would send now. */
const mailAll = async (): Promise<void> => {
  const mail = { send: async (letter: Email) => void letters.push(letter), close: () => undefined }
  const rows = await app.sql<
    { refId: string }[]
  >`delete from outbox where kind = 'mail-link' returning ref_id`
  for (const { refId } of rows)
    await sendMailLink({ sql: app.sql, mail, publicUrl: app.deps.config.publicUrl }, refId)
  const events = await app.sql<
    { refId: string }[]
  >`delete from outbox where kind = 'account-mail' returning ref_id`
  for (const { refId } of events)
    await sendAccountMail({ sql: app.sql, mail, publicUrl: app.deps.config.publicUrl }, refId)
}
const linkTo = (email: string): string => {
  const url = letters.findLast((letter) => letter.to === email)?.text.match(/https?:\/\/\S+/)?.[0]
  if (!url) throw new Error(`no letter to ${email}`)
  return new URL(url).pathname
}
const signIn = (email: string, from: string) =>
  app.browser(from).post('/sign-in', { email, password })
const emailOf = async ({ id }: Person) =>
  (await app.sql<{ email: string }[]>`select email from users where id = ${id}`)[0]!.email
const requestsOf = ({ id }: Person) => app.sql`select from deletion_requests where user_id = ${id}`
const sweepAccounts = (inDays: number) => {
  const { sql, vault, mediaStore } = app.deps
  return sweep(
    { sql, vault, mediaStore, client: temporal.client, now: () => Date.now() + inDays * dayMs },
    rules.find((rule) => rule.name === 'accounts')!,
  )
}

describe('a deactivated account', () => {
  test('promise R1: can be reactivated by signing in, and is erased after 30 days otherwise', async () => {
    const person = await app.addPerson('Dora Rests')
    expect((await person.get('/account/deactivate')).text).toMatch(
      /Sign in by <strong>[^<]+<\/strong> to reactivate/,
    )
    const former = person.cookie()
    expect((await person.post('/account/deactivate')).location).toBe('/?said=account-deactivated')
    person.setCookie(former)
    expect((await person.get('/account')).status).toBe(303)
    await sweepAccounts(29)
    expect((await signIn(person.email, '198.51.100.1')).status).toBe(303)
    await sweepAccounts(31)
    expect(await requestsOf(person)).toHaveLength(0)

    const again = app.browser('198.51.100.2')
    await again.post('/sign-in', { email: person.email, password })
    await again.post('/account/deactivate')
    expect(
      (
        await app
          .browser('198.51.100.3')
          .post('/sign-in', { email: person.email, password: 'not hers at all' })
      ).status,
    ).toBe(422)
    await sweepAccounts(31)
    expect(await requestsOf(person)).toHaveLength(1)
    // The erasure has begun and can't be stopped.
    expect((await signIn(person.email, '198.51.100.4')).status).toBe(422)
  })

  test('promise R1: can be reactivated only by an admin if an admin deactivated it, and other people can do neither', async () => {
    const { cast, workspaces } = app
    const member = await app.addPerson('Mina Member')
    await insertMembership(app.sql, workspaces.northside, member.id, 'manager')
    const act = (who: Person, verb: string, of = member) =>
      who.post(`/w/northside/people/${of.id}/${verb}`)
    for (const who of [cast.manager, cast.outsider, cast.operator])
      expect([who.name, [403, 404].includes((await act(who, 'deactivate')).status)]).toEqual([
        who.name,
        true,
      ])
    expect((await member.get('/account')).status).toBe(200)

    expect((await act(cast.admin, 'deactivate')).location).toContain('said=member-deactivated')
    expect((await member.get('/account')).status).toBe(303)
    expect((await signIn(member.email, '198.51.100.5')).status).toBe(422)
    expect((await cast.admin.get('/w/northside/people')).text).toMatch(
      /Mina Member[\s\S]*deleted on/,
    )
    expect((await act(cast.admin, 'reactivate')).location).toContain('said=member-reactivated')
    expect((await signIn(member.email, '198.51.100.6')).status).toBe(303)

    // An admin can't close the account of someone who is also in another workspace, of an operator,
    // or their own.
    await insertMembership(app.sql, workspaces.elsewhere, member.id, 'manager')
    await insertMembership(app.sql, workspaces.northside, cast.operator.id, 'manager')
    for (const of of [member, cast.operator, cast.admin])
      expect((await act(cast.admin, 'deactivate', of)).status).toBe(404)
    expect((await signIn(member.email, '198.51.100.7')).status).toBe(303)
  })
})

describe('a change of email address', () => {
  test('promise E2: takes effect when the mailed link is used, and the old address is notified', async () => {
    const person = await app.addPerson('Mila Moves')
    const asked = await person.post('/account/email', { email: ' Mila@New.example', password })
    expect(asked.location).toBe('/account?said=email-asked')
    expect(await emailOf(person)).toBe(person.email)
    await mailAll()
    const told = letters.findLast((letter) => letter.to === person.email)
    expect(told?.subject).toBe('Confirm a change to your email address')
    expect(told?.text).toContain('change your password now')
    const link = linkTo('mila@new.example')
    expect((await person.get(link)).text).toContain('mila@new.example')
    expect(await emailOf(person)).toBe(person.email) // opening the link changes nothing
    expect((await person.post(link)).location).toBe('/account?said=email-saved')
    expect(await emailOf(person)).toBe('mila@new.example')
    expect((await person.post(link)).status).toBe(404)
    expect((await signIn('mila@new.example', '198.51.100.10')).status).toBe(303)
    expect((await signIn(person.email, '198.51.100.11')).status).toBe(422)
    await mailAll()
    expect(letters.findLast((letter) => letter.to === person.email)?.subject).toBe(
      'Your email address was changed',
    )
  })

  test('promise E2: can be undone from the old address for a week, even after a second change, and that ends all sessions', async () => {
    const person = await app.addPerson('Vera Victim')
    const thief = app.browser('198.51.100.20')
    await thief.post('/sign-in', { email: person.email, password })
    for (const email of ['thief@one.example', 'thief@two.example']) {
      await thief.post('/account/email', { email, password })
      await mailAll()
      await thief.post(linkTo(email))
      await mailAll()
    }
    expect(await emailOf(person)).toBe('thief@two.example')
    const back = linkTo(person.email)
    expect((await app.browser().get(back)).text).toContain(person.email)
    expect((await app.browser().post(back)).location).toBe('/password-reset?said=email-back')
    expect(await emailOf(person)).toBe(person.email)
    expect((await thief.get('/account')).status).toBe(303)
    expect((await app.browser().post(linkTo('thief@one.example'))).status).toBe(404)
  })

  test('promise E2: expires after a day, and is refused if the address belongs to somebody else by then', async () => {
    const person = await app.addPerson('Late Lou')
    await person.post('/account/email', { email: 'lou@new.example', password })
    await mailAll()
    const other = await app.addPerson('Other Owner')
    await app.sql`update users set email = 'lou@new.example' where id = ${other.id}`
    expect((await person.post(linkTo('lou@new.example'))).status).toBe(404)
    expect(await emailOf(person)).toBe(person.email)
    await person.post('/account/email', { email: 'lou@late.example', password })
    await mailAll()
    app.clock.moveBy(25 * 3_600_000)
    expect((await person.post(linkTo('lou@late.example'))).status).toBe(404)
    app.clock.moveBy(-25 * 3_600_000)
  })
})
