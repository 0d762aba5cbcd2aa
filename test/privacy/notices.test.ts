import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { SMTPServer } from 'smtp-server'
import { beforeAll, describe, expect, test } from 'vitest'
import { type NoticeMailDeps, sendNotices } from '../../activities/mail/notifications.ts'
import { createMail } from '../../activities/mail/send.ts'
import { startRelay } from '../../activities/outbox/relay.ts'
import { chooseMailedNotices } from '../../db/notifications/notice-mails.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { insertUser } from '../../db/people/users.ts'
import { type Mailbox, startMailbox } from '../../local/mail/mailbox.ts'
import { makeImage } from '../../local/media/media-files.ts'
import { freePort } from '../../local/ports.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

let app: TestApp
let deps: NoticeMailDeps
let account: { channelId: string; grantId: string }
let mailbox: Mailbox
let smtpPort = 0
let folder = ''
beforeAll(async () => {
  app = await createTestApp()
  const { northside: workspaceId } = app.workspaces
  account = await insertChannel(app.deps, {
    workspaceId,
    userId: app.cast.admin.id,
    platform: 'facebook',
  })
  smtpPort = await freePort()
  folder = mkdtempSync(join(tmpdir(), 'cratesocial-mail-'))
  const mail = createMail({
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    from: 'CrateSocial <us@example.com>',
  })
  const { platforms, mediaStore } = app.deps
  deps = { sql: app.sql, mail, mediaStore, publicUrl: 'https://crates.example', platforms }
  atTheEnd(async () => {
    mail.close()
    await mailbox?.close()
    rmSync(folder, { recursive: true })
  })
})

const openMailbox = (): Promise<Mailbox> => startMailbox({ smtpPort, webPort: 0, folder })
const tell = (cause: string, more: { words?: string } = {}) =>
  notify(app.sql, {
    workspaceId: app.workspaces.northside,
    kind: 'ended',
    cause,
    grantId: account.grantId,
    facts: { waiting: 1, words: more.words ?? 'The password was changed.' },
    to: 'admins',
  })
const waiting = async (): Promise<string[]> =>
  (
    await app.sql<{ refId: string }[]>`select ref_id from outbox where kind = 'notice' order by id`
  ).map((row) => row.refId)
const mails = async () =>
  (await mailbox.store.list()).filter((mail) => mail.to === app.cast.admin.email)

describe.sequential('promise U4: notification emails', () => {
  test('are sent once for each cause, however often it is noticed, and only to the people it concerns', async () => {
    await tell('first')
    await tell('first')
    const told = await app.sql`select user_id from notices where cause = 'first'`
    expect(told.map((row) => row.userId)).toEqual([app.cast.admin.id])
    expect(await waiting()).toHaveLength(1)
  })

  test('are not lost while the mail server is down, and are sent once when it is back, whichever worker sends them', {
    timeout: 60_000,
  }, async () => {
    const relays = [1, 2].map(() =>
      startRelay({
        sql: app.sql,
        log: pino({ level: 'silent' }),
        handlers: { notice: (ids) => sendNotices(deps, ids) },
      }),
    )
    await app.sql`select pg_notify('outbox', '')`
    await expect
      .poll(async () => (await app.sql`select tries from outbox`)[0]?.tries, { timeout: 20_000 })
      .toBeGreaterThan(0)
    await expect
      .poll(async () => (await app.sql`select mailing_until from notices`)[0]?.mailingUntil)
      .toBeNull()
    expect((await app.sql`select mailed_at from notices`)[0]?.mailedAt).toBeNull()
    mailbox = await openMailbox()
    await expect
      .poll(
        async () => {
          // The retry pause would be longer than this test's.
          await app.sql`update outbox set next_try_at = now()`
          return (await mails()).length
        },
        { timeout: 30_000, interval: 1_000 },
      )
      .toBe(1)
    await expect.poll(waiting).toEqual([])
    for (const relay of relays) await (await relay).close()
    expect(await mails()).toHaveLength(1)
  })

  test('are sent once by ten simultaneous senders, and by another sender if the first one died', async () => {
    await tell('second')
    const [id = ''] = await waiting()
    await Promise.allSettled(Array.from({ length: 10 }, () => sendNotices(deps, [id])))
    expect(await mails()).toHaveLength(2)
    await app.sql`update notices set mailed_at = null, mailing_until = now() + interval '1 minute' where id = ${id}`
    await expect(sendNotices(deps, [id])).rejects.toThrow('another worker is sending this email')
    await app.sql`update notices set mailing_until = now() - interval '1 second' where id = ${id}`
    await sendNotices(deps, [id])
    expect(await mails()).toHaveLength(3)
  })

  test.each([
    { refused: 550, settled: 2 },
    { refused: 450, settled: 1 },
  ])(
    'are not held up by an address that is refused with $refused',
    async ({ refused, settled }) => {
      const { server, port, taken } = await serverRefusing('gone@example.com', refused)
      const gone = await insertUser(app.sql, {
        email: 'gone@example.com',
        name: 'Gone',
        passwordHash: 'x',
        isOperator: false,
      })
      await insertMembership(app.sql, app.workspaces.northside, gone, 'admin')
      await app.sql`truncate notices, outbox`
      await tell(`refused with ${refused}`)
      const [first] = await app.sql<
        { id: string }[]
      >`select id from notices where user_id = ${gone}`
      const ids = [first?.id ?? '', ...(await waiting()).filter((id) => id !== first?.id)]
      const mail = createMail({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'us@example.com' })
      const failed = await sendNotices({ ...deps, mail }, ids).catch(
        (error: Error) => error.message,
      )
      expect(failed).toBe(
        refused === 450 ? 'the mail server rejected the email: EENVELOPE 450' : undefined,
      )
      expect(taken).toEqual([app.cast.admin.email])
      expect(await app.sql`select from notices where mailed_at is not null`).toHaveLength(settled)
      mail.close()
      server.close(() => undefined)
      await app.sql`delete from users where id = ${gone}`
    },
  )

  test('say what is at risk, in text and in HTML, and load nothing from anywhere', async () => {
    const { northside: workspaceId } = app.workspaces
    await insertTarget(app.deps, {
      workspaceId,
      channelId: account.channelId,
      platform: 'facebook',
    })
    await app.sql`update channels set state = 'reconnect' where id = ${account.channelId}`
    await tell('third', { words: 'Ada & Ben changed <it>.' })
    await sendNotices(deps, (await waiting()).slice(-1))
    const [mail] = await mails()
    expect(mail?.subject).toBe('The connection to Meta has ended')
    expect(mail?.text).toContain('Ada & Ben changed <it>.')
    expect(mail?.text).toMatch(
      /Posts at risk:\s+- Facebook · Northside Records · .*: Twenty crates/,
    )
    expect(mail?.html).toContain('Ada &amp; Ben changed &lt;it&gt;.')
    expect(mail?.html).toContain('Twenty crates')
    expect(mail?.html).not.toMatch(/<img|<link|<script|src=|url\(/i)
  })

  test('carry a small picture of the post, and are sent without it once the file is gone', async () => {
    const { northside: workspaceId } = app.workspaces
    const image = { width: 320, height: 213, format: 'webp' } as const
    const media = await insertPicture(app, workspaceId, await makeImage(image))
    const { targetId } = await insertTarget(app.deps, {
      workspaceId,
      channelId: account.channelId,
      platform: 'facebook',
      mediaIds: [media.id],
    })
    for (const cause of ['with the file', 'without the file']) {
      await notify(app.sql, { workspaceId, kind: 'failed', cause, targetId, to: 'admins' })
      await sendNotices(deps, (await waiting()).slice(-1))
      await app.deps.mediaStore.remove(media.thumbnailKey)
    }
    const [without, withFile] = await mails()
    expect(withFile?.html).toMatch(/<img src="data:image\/jpeg;base64,/)
    expect(mailbox.store.source(withFile?.id ?? '')).toMatch(/^Content-Id: <picture-1@/im)
    expect(without?.subject).toBe(withFile?.subject)
    expect(without?.html).not.toContain('<img')
  })

  test('are not sent for a kind that the person has turned off, which then appears on the page only', async () => {
    await app.sql`truncate outbox`
    await chooseMailedNotices(app.sql, app.cast.admin.id, ['failed'])
    await tell('fourth')
    expect(await waiting()).toEqual([])
    expect(await app.sql`select from notices where cause = 'fourth' and not by_mail`).toHaveLength(
      1,
    )
  })
})

const insertPicture = async (app: TestApp, workspaceId: string, thumbnail: Buffer) => {
  const thumbnailKey = `thumbnail-${'x'.repeat(22)}`
  await app.deps.mediaStore.put(thumbnailKey, Readable.from([thumbnail]))
  const [media] = await app.sql<{ id: string }[]>`
    insert into media (workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, store_key, thumbnail_key)
    values (${workspaceId}, 'image', 'image/jpeg', 'a.jpg', 1, ${Buffer.alloc(32)}, 320, 213, ${`file-${'x'.repeat(22)}`}, ${thumbnailKey})
    returning id`
  return { id: media!.id, thumbnailKey }
}

/** A real mail server that refuses emails to one address. */
const serverRefusing = async (refused: string, responseCode: number) => {
  const taken: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: ({ address }, _session, done) => {
      if (address === refused) return done(Object.assign(new Error('not here'), { responseCode }))
      taken.push(address)
      done()
    },
    onData: (stream, _session, done) => {
      stream.resume().on('end', () => done())
    },
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { server, port, taken }
}
