import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { beforeAll, describe, expect, it } from 'vitest'
import { createMail, MailNotTaken } from '../../activities/mail/send.ts'
import { csvRows, csvTable } from '../../text/csv.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'

describe('CSV', () => {
  it('never contains a cell that a spreadsheet reads as a formula, whatever precedes it', () => {
    const formulas = [
      '=1+1',
      '+1+1',
      "-2+3+cmd|' /C calc'!A0",
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      '\n=1',
      '  =1',
      '\n @x',
      '＝1+1',
      '＋1',
      '－1',
      '＠x',
      '\u00a0=1',
    ]
    for (const formula of formulas) {
      const [line = ''] = csvRows([[formula]]).match(/^"?'/) ?? []
      expect([formula, line]).toEqual([formula, expect.stringMatching(/^"?'$/)])
    }
  })

  it('keeps numbers, dates and harmless text unchanged', () => {
    const rows = csvRows([
      [
        -5,
        1.5,
        '-5',
        '+41',
        '-0.25',
        'a=b',
        'a-b',
        '',
        null,
        undefined,
        true,
        new Date('2026-11-29T10:00:00Z'),
        { a: '=1' },
      ],
    ])
    expect(rows).toBe(
      '-5,1.5,-5,+41,-0.25,a=b,a-b,,,,true,2026-11-29T10:00:00.000Z,"{""a"":""=1""}"\r\n',
    )
  })

  it('quotes commas, quotes and every line break, and starts with a byte order mark', () => {
    expect(csvTable([['a,b', 'say "x"', 'one\ntwo', 'one\rtwo']])).toBe(
      '\ufeff"a,b","say ""x""","one\ntwo","one\rtwo"\r\n',
    )
  })
})

describe('a mail', () => {
  type Taken = { to: string[]; headers: string }
  const taken: Taken[] = []
  let mail: ReturnType<typeof createMail>
  beforeAll(async () => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, session, done) => {
        let text = ''
        stream.on('data', (chunk) => {
          text += chunk
        })
        stream.on('end', () => {
          taken.push({
            to: session.envelope.rcptTo.map(({ address }) => address),
            headers: text.split('\r\n\r\n')[0] ?? '',
          })
          done()
        })
      },
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.server.address() as AddressInfo
    mail = createMail({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'CrateSocial <us@example.com>' })
    atTheEnd(async () => {
      mail.close()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    })
  })
  const send = (to: string, subject = 'Hello') =>
    mail.send({ to, subject, text: 'x', html: '<p>x</p>' })

  it('goes to one recipient, and is never sent to an address that could be read as a list', async () => {
    for (const to of [
      'a@example.com,b@example.com',
      'a@example.com;b@example.com',
      'A <b@example.com>',
      'a@example.com\r\nRCPT TO:<b@example.com>',
      'a@example.com b@example.com',
      'group:a@example.com;',
      '"a,b"@example.com',
    ])
      await expect(send(to)).rejects.toMatchObject({ isFinal: true, constructor: MailNotTaken })
    expect(taken).toEqual([])
    await send('ada.admin@example.com')
    expect(taken.at(-1)?.to).toEqual(['ada.admin@example.com'])
  })

  it('has a subject of one line without bidi overrides', async () => {
    await send('ada.admin@example.com', 'News of North\r\nBcc: b@example.com\u202eedis')
    const { to, headers } = taken.at(-1)!
    expect(to).toEqual(['ada.admin@example.com'])
    expect(headers).toContain('Subject: News of North Bcc: b@example.comedis')
    expect(headers).not.toMatch(/^Bcc:/m)
  })
})

describe('the database', () => {
  let test: TestApp
  beforeAll(async () => {
    test = await createTestApp()
  })

  it('refuses the names and addresses that the forms refuse, whichever code writes them', async () => {
    const { sql } = test
    const rename = (name: string) =>
      sql`update users set name = ${name} where id = ${test.cast.admin.id}`
    for (const name of [
      'Ada\nAdmin',
      'Ada\rAdmin',
      'Ada\u0007',
      'Ada\u202eAdmin',
      'Ada\u2066',
      'Ada\u0085',
    ])
      await expect(rename(name)).rejects.toMatchObject({ constraint_name: 'users_name_line' })
    await rename('Zoë O’Neil-Müller 👩‍👩‍👧')
    await expect(sql`update workspaces set name = ${'a\nb'}`).rejects.toMatchObject({
      constraint_name: 'workspaces_name_line',
    })
    for (const email of [
      'a@b.com,c@d.com',
      'a <b@c.com>',
      'a@b.com\n',
      'a b@c.com',
      'a@b@c.com',
      `${'a'.repeat(250)}@b.com`,
    ])
      await expect(
        sql`update users set email = ${email} where id = ${test.cast.admin.id}`,
      ).rejects.toMatchObject({
        constraint_name: 'users_email_form',
      })
  })
})
