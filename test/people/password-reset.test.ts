import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendPasswordReset } from '../../activities/mail/password.ts'
import { createMail, type Mail } from '../../activities/mail/send.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'

let test: TestApp
let mail: Mail
let server: SMTPServer
let letters: { to: string; text: string; html: string; raw: string }[] = []

beforeAll(async () => {
  test = await createTestApp()
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on(
        'end',
        () =>
          void keep(Buffer.concat(chunks), session.envelope.rcptTo[0]?.address ?? '').then(
            () => done(),
            done,
          ),
      )
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as { port: number }
  mail = createMail({
    smtpUrl: `smtp://127.0.0.1:${port}`,
    from: 'CrateSocial <no-reply@cratesocial.example>',
  })
})
afterAll(async () => {
  mail.close()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

const keep = async (raw: Buffer, to: string): Promise<void> => {
  const parsed = await simpleParser(raw)
  letters.push({ to, text: parsed.text ?? '', html: parsed.html || '', raw: raw.toString() })
}

/** Sends the emails that the worker's relay would send. */
const carryMail = async (): Promise<void> => {
  const rows = await test.sql`delete from outbox where kind = 'password-reset' returning ref_id`
  for (const row of rows)
    await sendPasswordReset(
      { sql: test.sql, mail, publicUrl: test.deps.config.publicUrl, now: test.deps.now },
      row.refId,
    )
}
const ask = (email: string, from?: string) => test.browser(from).post('/password-reset', { email })
const linkFor = async (person: Person): Promise<string> => {
  letters = []
  await ask(person.email)
  await carryMail()
  const letter = letters.find((one) => one.to === person.email)
  const [link] = /http:\/\/\S+\/password-reset\/[\w-]{43}/.exec(letter!.text) ?? []
  expect(letter!.html).toContain(link)
  return new URL(link!).pathname
}
const fresh = 'a shelf of forty fives'

describe('a password reset', () => {
  it('is emailed, changes the password once, and ends every session', async () => {
    const person = await test.addPerson('Fiona Forgot')
    const path = await linkFor(person)
    const browser = test.browser()
    expect((await browser.get(path)).text).toContain('New password')
    expect((await browser.get(path)).status).toBe(200)
    expect((await browser.post(path, { password: 'short' })).status).toBe(422)
    const done = await browser.post(path, { password: fresh })
    expect([done.status, done.location]).toEqual([303, '/sign-in?said=password-reset'])
    expect((await person.get('/account')).status).toBe(303)
    expect((await browser.post(path, { password: 'one more heap of records' })).status).toBe(404)
    expect(
      (await test.browser().post('/sign-in', { email: person.email, password: fresh })).status,
    ).toBe(303)
    expect(
      (await test.browser('198.51.100.40').post('/sign-in', { email: person.email, password }))
        .status,
    ).toBe(422)
  })

  it('responds in the same way if nobody has the address', async () => {
    const known = await ask(test.cast.admin.email)
    const unknown = await ask('nobody@example.com')
    expect([unknown.status, unknown.text]).toEqual([known.status, known.text])
    letters = []
    await carryMail()
    expect(letters.map((letter) => letter.to)).toEqual([test.cast.admin.email])
  })

  it('is limited, equally for known and unknown addresses', async () => {
    for (const email of [
      (await test.addPerson('Rudi Repeats')).email,
      'nobody.at.all@example.com',
    ]) {
      const statuses = []
      for (let time = 0; time < 4; time++) statuses.push((await ask(email, '198.51.100.41')).status)
      expect(statuses).toEqual([200, 200, 200, 429])
    }
  })

  it('works for an hour', async () => {
    const path = await linkFor(await test.addPerson('Hanna Hour'))
    test.clock.moveBy(3_540_000)
    expect((await test.browser().get(path)).status).toBe(200)
    test.clock.moveBy(61_000)
    expect((await test.browser().get(path)).status).toBe(404)
    expect((await test.browser().post(path, { password: fresh })).status).toBe(404)
  })

  it('can be emailed twice, and then only the newest link works', async () => {
    const person = await test.addPerson('Tom Twice')
    const first = await linkFor(person)
    const [row] = await test.sql`select id from password_resets where user_id = ${person.id}`
    letters = []
    await sendPasswordReset(
      { sql: test.sql, mail, publicUrl: test.deps.config.publicUrl, now: test.deps.now },
      row!.id,
    )
    const [again] = /\/password-reset\/[\w-]{43}/.exec(letters[0]!.text) ?? []
    expect((await test.browser().get(first)).status).toBe(404)
    expect((await test.browser().get(again!)).status).toBe(200)
  })

  it('is stored as a hash, and is not emailed to a deactivated person', async () => {
    const person = await test.addPerson('Dieter Done')
    const token = (await linkFor(person)).split('/')[2]!
    const [dump] = await test.sql`select string_agg(r::text, '') as text from password_resets r`
    expect(dump!.text).not.toContain(token)
    await test.sql`update users set deactivated_at = now() where id = ${person.id}`
    expect((await test.browser().get(`/password-reset/${token}`)).status).toBe(404)
    letters = []
    await ask(person.email, '198.51.100.42')
    await carryMail()
    expect(letters).toEqual([])
  })

  it('lets a locked-out person sign in', async () => {
    const person = await test.addPerson('Vera Victim')
    const locked = test.browser('192.0.2.200')
    for (let attempt = 1; attempt <= 5; attempt++)
      await locked.post('/sign-in', { email: person.email, password: 'wrong wrong wrong' })
    expect((await locked.post('/sign-in', { email: person.email, password })).status).toBe(429)
    await locked.post(await linkFor(person), { password: fresh })
    expect((await locked.post('/sign-in', { email: person.email, password: fresh })).status).toBe(
      303,
    )
  })

  it('is an email that loads nothing and is marked as automatic (promise A8)', async () => {
    await linkFor(await test.addPerson('Lara Email'))
    expect(letters[0]!.html).not.toMatch(/<img|<link|<script|src=/)
    expect(letters[0]!.raw).toMatch(/^Auto-Submitted: auto-generated/im)
  })

  it('reveals nothing about the person when the mail server refuses the email', async () => {
    const closed = createMail({ smtpUrl: 'smtp://127.0.0.1:1', from: 'a@example.com' })
    const sending = closed.send({ to: 'lara@example.com', subject: 's', text: 't', html: 'h' })
    await expect(sending).rejects.toThrow(/^the mail server rejected the email: E\w+$/)
  })
})
