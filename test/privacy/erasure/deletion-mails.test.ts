import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { sendAccountMail } from '../../../activities/mail/account.ts'
import { sendDeletionMails } from '../../../activities/mail/deletion.ts'
import { createMail, type Mail } from '../../../activities/mail/send.ts'
import { sweep } from '../../../activities/privacy/retention.ts'
import { insertMembership } from '../../../db/people/memberships.ts'
import { insertWorkspace } from '../../../db/people/workspaces.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { checks } from '../../../db/privacy/checks.ts'
import { claimDeletionMail, insertWorkspaceMails } from '../../../db/privacy/deletion-mails.ts'
import { finishRequest, openDeletionRequest } from '../../../db/privacy/deletion-requests.ts'
import { rules } from '../../../db/privacy/retention.ts'
import { type Mailbox, startMailbox } from '../../../local/mail/mailbox.ts'
import { createTestApp, type Person, type TestApp } from '../../support/app.ts'
import { atTheEnd } from '../../support/at-the-end.ts'
import { createTestTemporal, type TestTemporal } from '../../support/servers/temporal.ts'

const dayMs = 86_400_000
let app: TestApp
let temporal: TestTemporal
let mailbox: Mailbox
let mail: Mail
/** A mail server that doesn't exist. */
let away: Mail
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-mails-'))
  mailbox = await startMailbox({ smtpPort: 0, webPort: 0, folder })
  mail = createMail({ smtpUrl: mailbox.smtpUrl, from: 'us@example.com' })
  away = createMail({ smtpUrl: 'smtp://127.0.0.1:1', from: 'us@example.com' })
  atTheEnd(async () => {
    mail.close()
    away.close()
    await mailbox.close()
    await rm(folder, { recursive: true })
  })
  ;[app, temporal] = [await createTestApp(), await createTestTemporal()]
}, 60_000)

const depsOf = (by: Mail) => ({
  ...app.deps,
  mail: by,
  publicUrl: app.deps.config.publicUrl,
  contact: 'privacy@example.com',
})
/** Runs the relay once. Unsent emails stay in the outbox. Returns how many rows are left. */
const relay = async (by: Mail): Promise<number> => {
  const rows = await app.sql<
    { id: string; kind: string; refId: string }[]
  >`select id, kind, ref_id from outbox where kind in ('deletion-mail', 'account-mail') order by id`
  let left = 0
  for (const { id, kind, refId } of rows) {
    const sent =
      kind === 'account-mail'
        ? sendAccountMail(depsOf(by), refId)
        : sendDeletionMails(depsOf(by), [refId])
    await sent.then(
      () => app.sql`delete from outbox where id = ${id}`,
      () => (left += 1),
    )
  }
  return left
}
const mailsTo = async (email: string) =>
  (await mailbox.store.list(1_000)).filter(({ to }) => to === email).reverse()
const subjectsTo = async (email: string) => (await mailsTo(email)).map(({ subject }) => subject)
const mailRows = () => app.sql`select kind from deletion_mails order by kind`
const ask = async (person: Person, origin: 'account' | 'retention' | 'restore' = 'account') =>
  (await tx(app.sql, (t) =>
    openDeletionRequest(t, app.deps.vault, { origin, userId: person.id, now: new Date() }),
  ))!
const finish = (id: string) => tx(app.sql, (t) => finishRequest(t, id, new Date()))
const statusPage = async (code: string) => (await app.browser().get(`/data-deletion/${code}`)).text
const sweepAccounts = (days: number) => {
  const rule = rules.find(({ name }) => name === 'accounts')!
  return sweep({ ...app.deps, client: temporal.client, now: () => Date.now() + days * dayMs }, rule)
}

describe('emails about a deletion', () => {
  test('promise E3: one is sent at the start and one at the end, each with the status page, and then the address is deleted', async () => {
    const person = await app.addPerson('Mailed Mia')
    const { id, code } = await ask(person)
    await ask(person)
    await relay(mail)
    expect(await subjectsTo(person.email)).toEqual(['Your account is being deleted'])
    await app.sql`delete from users where id = ${person.id}`
    await finish(id)
    expect(await statusPage(code)).toContain('Your email address, encrypted')
    expect(await relay(mail)).toBe(0)
    const [first, last] = await mailsTo(person.email)
    for (const one of [first!, last!])
      expect(one.text).toContain(`${app.deps.config.publicUrl}/data-deletion/${code}`)
    expect(last!.subject).toBe('Your account was deleted')
    expect(last!.text, 'paragraphs stand apart').toMatch(
      /^Hello Mailed Mia,\n\nThe deletion [^\n]+ is done\.\n\n[\s\S]+\n\nView status: http\S+\n\n/m,
    )
    expect(await mailRows()).toEqual([])
    expect(await statusPage(code)).not.toContain('Your email address, encrypted')
    await finish(id)
    await relay(mail)
    expect(await subjectsTo(person.email), 'never doubled').toHaveLength(2)
  })

  test('promise E3: none is lost while the mail server is down; afterwards both are sent once, in order', async () => {
    const person = await app.addPerson('Patient Pia')
    const { id } = await ask(person)
    expect(await relay(away)).toBe(1)
    await app.sql`delete from users where id = ${person.id}`
    await finish(id)
    expect(await relay(away)).toBe(2)
    // The final email isn't sent before the earlier one, even if its row comes first.
    const [last] = await app.sql<
      { id: string }[]
    >`select id from deletion_mails where request_id = ${id} and kind = 'finished'`
    await expect(sendDeletionMails(depsOf(mail), [last!.id])).rejects.toThrow(
      'waits until an earlier one is sent',
    )
    while ((await relay(mail)) > 0);
    expect(await subjectsTo(person.email)).toEqual([
      'Your account is being deleted',
      'Your account was deleted',
    ])
    expect(await mailRows()).toEqual([])
  })

  test('promise E3: each is sent once by two workers; if a worker dies while sending, another one takes over after two minutes with the same Message-ID', async () => {
    const person = await app.addPerson('Killed Kim')
    const { id } = await ask(person)
    const [first] = await app.sql<
      { id: string }[]
    >`select id from deletion_mails where request_id = ${id} and kind = 'started'`
    const both = await Promise.allSettled(
      [1, 2].map(() => sendDeletionMails(depsOf(mail), [first!.id])),
    )
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    expect(await subjectsTo(person.email)).toHaveLength(1)
    await app.sql`delete from users where id = ${person.id}`
    await finish(id)
    const [last] = await app.sql<
      { id: string }[]
    >`select id from deletion_mails where request_id = ${id}`
    const { sql, vault } = app.deps
    // And the worker dies.
    expect(await claimDeletionMail(sql, vault, last!.id, new Date())).toMatchObject({
      kind: 'finished',
    })
    expect(await claimDeletionMail(sql, vault, last!.id, new Date(Date.now() + 60_000))).toBe(
      'busy',
    )
    const sent: (string | undefined)[] = []
    const recording: Mail = {
      send: async ({ messageId }) => void sent.push(messageId),
      close: () => undefined,
    }
    await sendDeletionMails({ ...depsOf(recording), now: () => Date.now() + 3 * 60_000 }, [
      last!.id,
    ])
    expect(sent).toEqual([`<deletion-${last!.id}@${new URL(app.deps.config.publicUrl).hostname}>`])
  })

  test('promise E3: undeliverable ones are deleted 30 days after the deletion, and the nightly check finds any that are not', async () => {
    const person = await app.addPerson('Unreachable Uma')
    const { id } = await ask(person)
    await app.sql`delete from users where id = ${person.id}`
    await finish(id)
    const check = checks.find(({ name }) => name === 'check-ended')!
    expect((await check.look(app.sql)).wrong).toBe(0)
    await app.sql`update deletion_requests set finished_at = now() - interval '33 days' where id = ${id}`
    expect((await check.look(app.sql)).wrong).toBe(2)
    const rule = rules.find(({ name }) => name === 'deletion_mails')!
    await sweep({ ...app.deps, client: temporal.client }, rule)
    expect([await mailRows(), (await check.look(app.sql)).wrong]).toEqual([[], 0])
    await relay(mail)
    expect(await subjectsTo(person.email)).toEqual([])
  })

  test('promise S3: name, address and code are never stored in plain text while one is waiting, including in the outbox', async () => {
    const person = await app.addPerson('Sealed Sia')
    const { id, code } = await ask(person)
    const rows = JSON.stringify([
      await app.sql`select * from deletion_mails`,
      await app.sql`select * from outbox`,
      await app.sql`select * from deletion_requests`,
    ])
    for (const value of [person.email, person.name, code, code.replaceAll('-', '')])
      expect(rows).not.toContain(value)
    await app.sql`delete from deletion_requests where id = ${id}`
  })

  test('promise E3: a restored backup repeats a deletion without sending them again', async () => {
    const person = await app.addPerson('Restored Rea')
    await ask(person, 'restore')
    expect(await mailRows()).toEqual([])
  })

  test('promise E3: the members of a workspace that is deleted with its only admin are notified, but the person who leaves is not', async () => {
    const [leaver, member] = [
      await app.addPerson('Lena Leaver'),
      await app.addPerson('Momo Member'),
    ]
    const workspaceId = (await insertWorkspace(app.sql, {
      ...{ slug: 'lenas', name: "Lena's <Crates>", zone: 'UTC', createdBy: leaver.id },
    }))!
    await insertMembership(app.sql, workspaceId, leaver.id, 'admin')
    await insertMembership(app.sql, workspaceId, member.id, 'manager')
    const { id } = await ask(leaver)
    await tx(app.sql, (t) =>
      insertWorkspaceMails(t, app.deps.vault, {
        requestId: id,
        leaverId: leaver.id,
        workspaceIds: [workspaceId],
      }),
    )
    await app.sql`delete from workspaces where id = ${workspaceId}`
    await relay(mail)
    const [told] = await mailsTo(member.email)
    expect(told!.subject).toBe("The workspace Lena's <Crates> is being deleted")
    expect(told!.text).toContain("The only admin of the workspace Lena's <Crates>")
    expect([told!.text, told!.html].join()).not.toMatch(/data-deletion/)
    expect(told!.html).toContain('&lt;Crates&gt;')
    expect(await subjectsTo(leaver.email)).toEqual(['Your account is being deleted'])
    await app.sql`delete from deletion_requests where id = ${id}`
  })
})

describe('emails about a deactivated account', () => {
  test('promise R1: are sent on deactivation with the way back and the date, a week before the deletion, and with the status page when it starts', async () => {
    const person = await app.addPerson('Dora Rests')
    await person.post('/account/deactivate')
    await relay(mail)
    const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
      Date.now() + 30 * dayMs,
    )
    const [told] = await mailsTo(person.email)
    expect(told!.subject).toBe('Your account was deactivated')
    expect(told!.text).toContain(`sign in before ${day}`)
    expect(told!.text).toMatch(/^Account: \S+ at \S+\nTime: .*\d{4}.* UTC\n\n/m)
    expect(told!.text).toContain(`${app.deps.config.publicUrl}/sign-in`)
    await sweepAccounts(22)
    await relay(mail)
    expect(await mailsTo(person.email)).toHaveLength(1)
    for (const days of [23.5, 24.5, 29]) await sweepAccounts(days)
    await relay(mail)
    expect(await subjectsTo(person.email)).toEqual([
      'Your account was deactivated',
      'Your account will be deleted soon',
    ])
    expect((await mailsTo(person.email))[1]!.text).toContain(`On ${day}, it’s deleted`)
    await sweepAccounts(30.1)
    await relay(mail)
    const started = (await mailsTo(person.email))[2]!
    expect(started.text).toContain('deactivated 30 days ago')
    const path = new URL(/https?:\S+\/data-deletion\/\S+/.exec(started.text)![0]).pathname
    expect((await app.browser().get(path)).status).toBe(200)
  })

  test('promise R1: include another reminder after a second deactivation, and none if the account is reactivated before it is sent', async () => {
    const person = await app.addPerson('Twice Tia')
    await person.post('/account/deactivate')
    await sweepAccounts(24)
    await app.sql`update users set deactivated_at = null, deactivated_by = null where id = ${person.id}`
    await relay(mail)
    expect(await subjectsTo(person.email)).toEqual([])
    await app.sql`update users set deactivated_at = now(), deactivated_by = 'person' where id = ${person.id}`
    await sweepAccounts(24)
    await relay(mail)
    expect(await subjectsTo(person.email)).toEqual(['Your account will be deleted soon'])
  })

  test('promise R1: say who can reactivate the account if an admin deactivated it', async () => {
    const member = await app.addPerson('Closed Cleo')
    await insertMembership(app.sql, app.workspaces.northside, member.id, 'manager')
    await app.cast.admin.post(`/w/northside/people/${member.id}/deactivate`)
    await relay(mail)
    const [told] = await mailsTo(member.email)
    expect(told!.text).toMatch(
      /An admin of your workspace deactivated your account[\s\S]*ask an admin/,
    )
    expect(told!.text).not.toContain('/sign-in')
  })
})
