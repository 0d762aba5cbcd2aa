import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import nodemailer from 'nodemailer'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Mailbox, startMailbox } from '../../local/mail/mailbox.ts'
import { atTheEnd } from '../support/at-the-end.ts'

let mailbox: Mailbox
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-mail-'))
  mailbox = await startMailbox({ smtpPort: 0, webPort: 0, folder })
  atTheEnd(async () => {
    await mailbox.close()
    rmSync(folder, { recursive: true })
  })
})

describe('the mailbox', () => {
  test('keeps mail for any recipient and shows it, newest first', async () => {
    await send({
      subject: 'First',
      text: 'Open http://localhost:3000/invitations/abc?x=1&y=2 now.',
    })
    await send({ subject: 'Second', text: 'Nothing.' })
    const list = await page('')
    expect(list.indexOf('Second')).toBeLessThan(list.indexOf('First'))
    const [, first] = await mailbox.store.list()
    expect(first).toMatchObject({
      subject: 'First',
      to: 'somebody@example.com',
      from: 'us@example.com',
    })
    const shown = await page(`mails/${first!.id}`)
    expect(shown).toContain('<a href="http://localhost:3000/invitations/abc?x=1&amp;y=2">')
  })

  test('shows markup in text mail as text, and runs nothing in HTML mail', async () => {
    await send({
      subject: '<script>alert(1)</script>',
      text: '<img src=x onerror=alert(1)>',
      html: '<script>alert(1)</script><p>Hello</p>',
    })
    const [mail] = await mailbox.store.list()
    const shown = await page(`mails/${mail!.id}`)
    expect(shown).not.toContain('<script>')
    expect(shown).not.toContain('<img')
    const framed = await fetch(`${mailbox.url}mails/${mail!.id}/html`)
    expect(framed.headers.get('content-security-policy')).toMatch(
      /^sandbox allow-popups; default-src 'none'/,
    )
  })

  test('shows only files that are mail', async () => {
    for (const id of ['nothing', '..%2f..%2fetc%2fpasswd', '2026-11-23T10-00-00.000Z_00000000']) {
      expect((await fetch(`${mailbox.url}mails/${id}`)).status).toBe(404)
      expect((await fetch(`${mailbox.url}mails/${id}/source`)).status).toBe(404)
    }
  })

  test('keeps working when a client disconnects in the middle of a mail, and does not keep that mail', async () => {
    const before = (await mailbox.store.list()).length
    const { hostname, port } = new URL(mailbox.smtpUrl)
    const socket = connect(Number(port), hostname)
    socket.write(
      'EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: Half\r\n',
    )
    await sleep(200)
    socket.resetAndDestroy()
    await sleep(100)
    await send({ subject: 'After', text: 'Still here.' })
    expect((await mailbox.store.list()).map((mail) => mail.subject)).not.toContain('Half')
    expect((await mailbox.store.list()).length).toBe(before + 1)
  })
})

async function send(mail: { subject: string; text: string; html?: string }): Promise<void> {
  const transport = nodemailer.createTransport(mailbox.smtpUrl)
  await transport.sendMail({ from: 'us@example.com', to: 'somebody@example.com', ...mail })
  transport.close()
  await sleep(5) // ids sort by the millisecond
}

async function page(path: string): Promise<string> {
  const answer = await fetch(mailbox.url + path)
  expect(answer.status).toBe(200)
  return await answer.text()
}
