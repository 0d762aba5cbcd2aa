import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import { simpleParser } from 'mailparser'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { askReportReader, sendReportMails } from '../../activities/mail/reports.ts'
import { createMail, type Mail } from '../../activities/mail/send.ts'
import { createReportingActivities } from '../../activities/reports/reporting.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { type Mailbox, startMailbox } from '../../local/mail/mailbox.ts'
import { notifyReport } from '../../temporal/start.ts'
import { progress, reportWorkflowId, taskQueue } from '../../workflows/names.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { createTimeSkippingTemporal } from '../support/servers/temporal.ts'

/** Reports by email, from the form to a real mailbox, with a workflow whose time is skipped. */

const base = '/w/northside/reports'
const reader = 'gallery@client.example'

let test: TestApp
let mailbox: Mailbox
let mail: Mail
beforeAll(async () => {
  test = await createTestApp()
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-mail-'))
  mailbox = await startMailbox({ smtpPort: 0, webPort: 0, folder })
  mail = createMail({ smtpUrl: mailbox.smtpUrl, from: 'CrateSocial <us@example.com>' })
  atTheEnd(async () => {
    mail.close()
    await mailbox.close()
    rmSync(folder, { recursive: true })
  })
})
beforeEach(async () => {
  await test.sql`delete from throttle`
  await test.sql`delete from outbox`
})

const make = async (by: Person, period = 'week'): Promise<string> => {
  const form = { title: 'Numbers for the gallery', note: 'Thank you.', period, section: 'summary' }
  const answer = await by.post(base, { ...form, color: '#0f5c5a' })
  expect(answer.status).toBe(303)
  return answer.location!.replace(/\?.*/, '')
}
const idOf = (report: string): string => report.split('/').at(-1)!
/** Does what the relay does with the emails in the outbox. */
const relay = async (mailer = mail): Promise<void> => {
  const deps = { ...test.deps, mail: mailer, publicUrl: test.deps.config.publicUrl }
  const rows = await test.sql<{ kind: string; refId: string }[]>`
    delete from outbox where kind in ('report-mail', 'report-reader') returning kind, ref_id`
  for (const { kind, refId } of rows)
    await (kind === 'report-mail' ? sendReportMails(deps, [refId]) : askReportReader(deps, refId))
}
const received = async (subject: string) => {
  const mails = (await mailbox.store.list()).filter((one) => one.subject.startsWith(subject))
  return Promise.all(
    mails.map(async ({ id }) =>
      simpleParser(await (await fetch(`${mailbox.url}mails/${id}/source`)).text()),
    ),
  )
}
const linkIn = (text: string | undefined): string =>
  /http:\/\/localhost:\d+(\/report(?:s|-emails)\/[\w-]{43})/.exec(text ?? '')![1]!
/** Without a session, as mail programs and strangers do. */
const open = (address: string, method = 'GET') => test.app.request(address, { method })
const readersOf = (report: string) =>
  test.sql<{ email: string; confirmedAt: Date | null }[]>`
    select email, confirmed_at from report_readers where report_id = ${idOf(report)}`
/** Asks the address, and confirms it with the link of the email. */
const confirm = async (report: string, email: string): Promise<void> => {
  expect((await test.cast.manager.post(`${report}/emails/ask`, { email })).status).toBe(303)
  await relay()
  const [asked] = (await received('Reports from Northside')).filter((one) =>
    [one.to].flat().some((to) => to?.text.includes(email)),
  )
  expect((await open(`${linkIn(asked!.text)}/confirm`, 'POST')).status).toBe(303)
}
const activities = (ahead: () => number) =>
  createReportingActivities({ sql: test.sql, now: () => Date.now() + ahead() })
/** Writes what is due this many days from now. */
const writeAfter = async (report: string, days: number) =>
  activities(() => days * 86_400_000).writeReports({ reportId: idOf(report) })

describe('an address', () => {
  it('gets nothing before its reader confirms it, and opening the link confirms nothing', async () => {
    const report = await make(test.cast.manager)
    expect((await test.cast.manager.post(`${report}/emails/change`, { hour: '8' })).status).toBe(
      303,
    )
    await test.cast.manager.post(`${report}/emails/ask`, { email: 'Gallery@Client.example ' })
    await relay()
    expect((await test.cast.manager.get(report)).text).toContain('to nobody until an address is')
    const [asked] = await received('Reports from Northside')
    const at = linkIn(asked!.text)
    expect(await (await open(at)).text()).toContain('Yes, send reports')
    await writeAfter(report, 8)
    expect(await test.sql`select from report_mails`).toHaveLength(0)
    expect((await readersOf(report))[0]).toMatchObject({ email: reader, confirmedAt: null })
    await open(`${at}/confirm`, 'POST')
    expect((await test.cast.manager.get(report)).text).toContain('Confirmed ')
    await writeAfter(report, 15)
    await relay()
    const [mailed] = await received('Numbers for the gallery')
    expect(mailed!.text).toContain('Thank you.')
    const shown = await open(linkIn(mailed!.text))
    expect(await shown.text()).toContain('Numbers for the gallery')
    expect(shown.headers.get('X-Robots-Tag')).toContain('noindex')
  })

  it('is deleted by one request of a mail program; its links end with it, and with the sender', async () => {
    const report = await make(test.cast.manager)
    await test.cast.manager.post(`${report}/emails/change`, { hour: '8' })
    await confirm(report, 'once@client.example')
    await writeAfter(report, 8)
    await relay()
    const mailed = (await received('Numbers for the gallery')).find((one) =>
      [one.to].flat().some((to) => to?.text.includes('once@')),
    )!
    const view = linkIn(mailed.text)
    const stop = /<http:\/\/localhost:\d+(\/report-emails\/[\w-]+\/stop)>/.exec(
      mailed.headerLines.find(({ key }) => key === 'list-unsubscribe')!.line,
    )![1]!
    expect(mailed.headerLines.find(({ key }) => key === 'list-unsubscribe-post')!.line).toContain(
      'List-Unsubscribe=One-Click',
    )
    expect((await open(view)).status).toBe(200)
    const ofSender = test.sql`where id = ${test.cast.manager.id}`
    await test.sql`update users set deactivated_at = now() ${ofSender}`
    expect((await open(view)).status).toBe(404)
    await test.sql`update users set deactivated_at = null ${ofSender}`
    // A program that only opens the address shows the page, which asks.
    const opened = await open(stop)
    expect([opened.status, opened.headers.get('Location')]).toEqual([303, stop.slice(0, -5)])
    expect(await readersOf(report)).toHaveLength(1)
    expect((await open(stop, 'POST')).status).toBe(200)
    expect(await readersOf(report)).toHaveLength(0)
    expect((await open(view)).status).toBe(404)
    for (const address of [stop.replace('/stop', ''), `/report-emails/${'a'.repeat(43)}`]) {
      const again = await open(address)
      expect(again.status).toBe(404)
      expect(await again.text()).toContain('If you unsubscribed, we have deleted your address')
    }
    expect((await open(stop, 'POST')).status).toBe(404)
  })

  it('is refused with what was typed, is on the list once, and belongs to its workspace', async () => {
    const report = await make(test.cast.manager)
    const wrong = await test.cast.manager.post(`${report}/emails/ask`, { email: 'not an address' })
    expect([wrong.status, wrong.text.includes('value="not an address"')]).toEqual([422, true])
    const twice = () =>
      test.cast.manager.post(`${report}/emails/ask`, { email: 'twice@client.example' })
    const answers = [...(await Promise.all([twice(), twice()])), await twice()]
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(await readersOf(report)).toHaveLength(1)
    expect((await test.cast.outsider.post(`${report}/emails/ask`, { email: reader })).status).toBe(
      404,
    )
    const [{ id }] =
      (await test.sql`select id from report_readers where report_id = ${idOf(report)}`) as [
        { id: string },
      ]
    const other = report.replace('northside', 'elsewhere')
    expect((await test.cast.outsider.post(`${other}/emails/${id}/remove`)).status).toBe(404)
    expect(await readersOf(report)).toHaveLength(1)
  })

  it('gets one email for a period, although the worker dies after the mail server took it', async () => {
    const report = await make(test.cast.manager)
    await test.cast.manager.post(`${report}/emails/change`, { hour: '8' })
    await confirm(report, 'killed@client.example')
    await Promise.all([writeAfter(report, 8), writeAfter(report, 8), writeAfter(report, 9)])
    const [written] = await test.sql<
      { id: string }[]
    >`select id from report_mails where report_id = ${idOf(report)}`
    const dying: Mail = {
      send: async (message) => {
        await mail.send(message)
        throw new Error('killed')
      },
      close: () => undefined,
    }
    await expect(relay(dying)).rejects.toThrow('killed')
    const deps = { ...test.deps, mail, publicUrl: test.deps.config.publicUrl }
    await sendReportMails(deps, [written!.id])
    await sendReportMails(deps, [written!.id])
    const mails = (await received('Numbers for the gallery')).filter((one) =>
      [one.to].flat().some((to) => to?.text.includes('killed@')),
    )
    // Mail programs show emails with the same id once, and both have the same link.
    expect(mails).toHaveLength(2)
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1)
    expect(new Set(mails.map(({ text }) => linkIn(text))).size).toBe(1)
    expect((await open(linkIn(mails[0]!.text))).status).toBe(200)
  })
})

describe('a report that is edited', () => {
  it('is not sent by that, whatever its periods are then, and asks nobody if it has none', async () => {
    const report = await make(test.cast.manager, 'month')
    await test.cast.manager.post(`${report}/emails/change`, { hour: '0' })
    await confirm(report, 'edited@client.example')
    await test.sql`update report_schedules set handled_to = '2020-01-01' where report_id = ${idOf(report)}`
    const form = { title: 'Edited', note: '', section: 'summary', color: '#0f5c5a' }
    const save = (more: Record<string, string>) =>
      test.cast.manager.post(`${report}/change`, { ...form, ...more })
    const handledTo = async () => {
      const [row] = await test.sql<{ handledTo: string }[]>`
        select handled_to::text from report_schedules where report_id = ${idOf(report)}`
      return row!.handledTo
    }
    expect((await save({ period: 'month' })).status).toBe(303)
    expect(await handledTo()).toBe('2020-01-01')
    expect((await save({ period: 'week' })).status).toBe(303)
    expect(await handledTo()).not.toBe('2020-01-01')
    await writeAfter(report, 0)
    expect(await test.sql`select from report_mails where report_id = ${idOf(report)}`).toEqual([])
    await save({ period: 'own', from: '2026-01-01', to: '2026-01-31' })
    const other = { email: 'x@client.example' }
    expect((await test.cast.manager.post(`${report}/emails/ask`, other)).status).toBe(404)
  })
})

describe('the workflow of a report', () => {
  it('sends each week once, and ends when the person who turned it on leaves', {
    timeout: 90_000,
  }, async () => {
    const temporal = await createTimeSkippingTemporal()
    let aheadMs = (await temporal.now()) - Date.now()
    await temporal.startWorker({
      activities: Object.fromEntries(
        Object.entries(activities(() => aheadMs)).map(([name, run]) => [
          name,
          async (ref: { reportId: string }) => {
            const nowMs = Context.current().info.currentAttemptScheduledTimestampMs
            aheadMs = Math.max(aheadMs, nowMs - Date.now())
            return run(ref)
          },
        ]),
      ),
    })
    const person = await test.addPerson('Leaving Lea')
    await insertMembership(test.sql, test.workspaces.northside, person.id, 'manager')
    const report = await make(person)
    await person.post(`${report}/emails/change`, { hour: '23' })
    await confirm(report, 'weekly@client.example')
    await notifyReport(temporal.client, idOf(report), taskQueue)
    const sent = async () =>
      (await test.sql`select from report_mails where report_id = ${idOf(report)}`).length
    await temporal.sleep(22 * 86_400_000)
    await vi.waitUntil(async () => (await sent()) === 3, 20_000)
    const handle = temporal.client.workflow.getHandle(reportWorkflowId(idOf(report)))
    await vi.waitUntil(async () => (await handle.query(progress)).step === 'wait', 20_000)
    await test.cast.admin.post(`/w/northside/people/${person.id}/remove`)
    expect(
      await test.sql`select from outbox where kind = 'report' and ref_id = ${idOf(report)}`,
    ).not.toHaveLength(0)
    await notifyReport(temporal.client, idOf(report), taskQueue)
    await handle.result()
    expect(await sent()).toBe(3)
    expect((await test.cast.admin.get(report)).text).toContain(
      'the person who turned on these emails has left',
    )
  })
})
