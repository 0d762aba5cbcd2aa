import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createMail } from '../../activities/mail/send.ts'
import { createAnnouncingActivities } from '../../activities/privacy/announce.ts'
import { publishPolicy } from '../../activities/privacy/publish-policy.ts'
import { startMailbox } from '../../local/mail/mailbox.ts'
import { freePort } from '../../local/ports.ts'
import type { PolicyVersion, PolicyVersions } from '../../web/privacy/policy.ts'
import { policyWorkflowId, taskQueue } from '../../workflows/names.ts'
import { createTestApp, password, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { createTestTemporal, type TestTemporal } from '../support/servers/temporal.ts'

const first: PolicyVersion = {
  version: '1',
  publishedOn: '2026-11-23',
  material: false,
  changes: 'The first version.',
}
const second: PolicyVersion = {
  version: '2',
  publishedOn: '2027-02-01',
  material: true,
  changes: 'Media is kept for 60 days.',
}
const third: PolicyVersion = {
  version: '3',
  publishedOn: '2027-03-01',
  material: false,
  changes: 'A comma moved.',
}
const policy: PolicyVersions = [third, second, first]

let app: TestApp
let temporal: TestTemporal
let smtpPort: number
const folder = mkdtempSync(join(tmpdir(), 'cratesocial-letters-'))
beforeAll(async () => {
  app = await createTestApp({ policy })
  temporal = await createTestTemporal()
  smtpPort = await freePort()
  const { sql, config, now } = app.deps
  const mail = createMail({
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    from: 'CrateSocial <no-reply@example.com>',
  })
  const activities = createAnnouncingActivities({ sql, mail, publicUrl: config.publicUrl, now })
  await temporal.startWorker({ activities })
  atTheEnd(async () => {
    mail.close()
    rmSync(folder, { recursive: true })
  })
}, 60_000)

const openMailbox = async () => {
  const mailbox = await startMailbox({ smtpPort, webPort: 0, folder })
  return {
    letters: async () => (await mailbox.store.list(1_000)).map(({ to, text }) => ({ to, text })),
    close: () => mailbox.close(),
  }
}
const publish = (versions: PolicyVersions) =>
  publishPolicy({ sql: app.sql, client: temporal.client, backgroundQueue: taskQueue }, versions)
const announced = (version: string) =>
  temporal.client.workflow.getHandle(policyWorkflowId(version)).result()

test('promise L3: a material change is emailed to everybody with an account once, even if the mail server is down at first; a minor one to nobody', async () => {
  await app.sql`
    insert into users (email, name, password_hash) select 'reader' || n || '@example.com', 'Reader ' || n, 'x' from generate_series(1, 120) n`
  await publish([first])
  await publish([second, first])
  await publish([second, first]) // another worker starts at the same time
  // Nothing listens on the mail server's port yet, so the workflow keeps retrying.
  const tries = async () => {
    const { raw } = await temporal.client.workflow.getHandle(policyWorkflowId('2')).describe()
    return raw.pendingActivities?.[0]?.attempt ?? 0
  }
  while ((await tries()) < 2) await new Promise((resolve) => setTimeout(resolve, 100))
  const mailbox = await openMailbox()
  await announced('2')
  const late = await app.addPerson('Lara Late')
  await publish(policy)
  await publish(policy)
  const people = await app.sql<
    { email: string }[]
  >`select email from users where id <> ${late.id} order by 1`
  const letters = await mailbox.letters()
  expect(letters.map(({ to }) => to).sort()).toEqual(people.map(({ email }) => email).sort())
  expect(letters[0]?.text).toContain('Media is kept for 60 days.')
  expect(
    await app.sql`select version from policy_versions where announced_at is not null`,
  ).toMatchObject([{ version: '2' }])
  await mailbox.close()
}, 60_000)

test('promise L3: a material change is shown from the next sign-in until it is acknowledged, and the policy has the new version, date and text', async () => {
  const person = app.browser()
  await person.post('/sign-in', { email: app.cast.admin.email, password })
  for (const path of ['/account', '/w/northside/people']) {
    const page = await person.get(path)
    expect(page.text).toContain('Version 2: Media is kept for 60 days.')
    expect(page.text).not.toContain('A comma moved.')
  }
  expect((await person.post('/privacy/seen', { next: '/w/northside/people' })).location).toBe(
    '/w/northside/people',
  )
  expect((await person.get('/account')).text).not.toContain('The privacy policy has changed')
  expect((await app.cast.manager.get('/account')).text).toContain('Media is kept for 60 days.')
  const shown = await app.browser().get('/privacy')
  expect(shown.text).toMatch(/Version 3 · Last updated <time datetime="2027-03-01">March 1, 2027/)
  expect(shown.text).toContain(
    '<strong>Version 2</strong>, February 1, 2027: Media is kept for 60 days.',
  )
  expect(shown.text).toContain('By continuing to use CrateSocial, you accept the updated policy.')
})

test('promise L3: a person who joins by invitation has been shown the newest version, and is not notified of earlier changes', async () => {
  const link = /\/invitations\/[\w-]+/.exec(
    (await app.cast.admin.post('/w/northside/people/invitations', { role: 'manager' })).text,
  )![0]
  const guest = app.browser()
  expect((await guest.get(link)).text).toContain('href="/privacy"')
  const fields = { name: 'Nina New', email: 'nina@example.com', password: 'a shelf of old records' }
  expect((await guest.post(link, fields)).status).toBe(303)
  expect((await guest.get('/account')).text).not.toContain('The privacy policy has changed')
})
