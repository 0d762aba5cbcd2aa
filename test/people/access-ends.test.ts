import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertMailLink, issueLinkToken, type LinkPurpose } from '../../db/people/mail-links.ts'
import { insertMembership, type Role } from '../../db/people/memberships.ts'
import { insertPasswordReset, issueResetToken } from '../../db/people/password-resets.ts'
import { lockOut } from '../../db/privacy/erasure.ts'
import { insertExport, markExportMade } from '../../db/privacy/exports.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

// Links are rate-limited by network, and all tests come from the same one.
beforeEach(async () => {
  await test.sql`delete from throttle`
})

const fresh = 'another heap of records'
const now = () => new Date(test.deps.now())
const people = '/w/northside/people'

/** Issues a link as the worker does, and returns its path. */
const mailLink = async (
  person: Person,
  purpose: LinkPurpose,
  newEmail?: string,
): Promise<string> => {
  const exportId =
    purpose === 'export' ? ((await insertExport(test.sql, person.id, now())) ?? '') : undefined
  if (exportId) await markExportMade(test.sql, exportId, { sizeBytes: 1, now: now() })
  const link = {
    userId: person.id,
    purpose,
    now: now(),
    ...(newEmail ? { newEmail } : {}),
    ...(exportId ? { exportId } : {}),
  }
  const mailed = await issueLinkToken(test.sql, await insertMailLink(test.sql, link), now())
  const paths = {
    email: 'account/email',
    'email-back': 'account/email-back',
    deletion: 'data-deletion/confirm',
    export: 'account/export',
    'sign-in': 'sign-in/link',
  }
  return `/${paths[purpose]}/${mailed!.token}`
}
const resetLink = async (person: Person): Promise<string> => {
  const mailed = await issueResetToken(
    test.sql,
    await insertPasswordReset(test.sql, person.id, now()),
    now(),
  )
  return `/password-reset/${mailed!.token}`
}
const signIn = async (person: Person, secret = password) => {
  const browser = test.browser(`198.51.100.${Math.ceil(Math.random() * 250)}`)
  expect((await browser.post('/sign-in', { email: person.email, password: secret })).status).toBe(
    303,
  )
  return browser
}
const emailOf = async (person: Person) =>
  (await test.sql`select email from users where id = ${person.id}`)[0]!.email
const join = async (name: string, role: Role): Promise<Person> => {
  const person = await test.addPerson(name)
  await insertMembership(test.sql, test.workspaces.northside, person.id, role)
  return person
}

type React = (person: Person) => Promise<string | undefined>
const reactions: Record<string, React> = {
  'changes their password': async (person) => {
    expect(
      (await person.post('/account/password', { current: password, password: fresh })).status,
    ).toBe(303)
    return fresh
  },
  'resets their password': async (person) => {
    expect((await test.browser().post(await resetLink(person), { password: fresh })).status).toBe(
      303,
    )
    return fresh
  },
  'ends all other sessions': async (person) => {
    await signIn(person)
    expect((await person.post('/account/sessions/end-others')).status).toBe(303)
    return password
  },
  'ends one other session': async (person) => {
    await signIn(person)
    const [other] =
      await test.sql`select id from sessions where user_id = ${person.id} order by created_at desc limit 1`
    expect((await person.post(`/account/sessions/${other!.id}/end`)).status).toBe(303)
    return password
  },
  'deactivates and reactivates their account': async (person) => {
    expect((await person.post('/account/deactivate')).status).toBe(303)
    return password
  },
}

describe('every mailed link ends when the person', () => {
  for (const [title, react] of Object.entries(reactions))
    it(title, async () => {
      const person = await test.addPerson(`Person ${title.replaceAll(' ', '')}`)
      const thiefs = `thief.${title.split(' ')[0]}@new.example`
      const links = [
        await mailLink(person, 'email', thiefs),
        await mailLink(person, 'deletion'),
        await mailLink(person, 'export'),
        await mailLink(person, 'sign-in'),
        await resetLink(person),
      ]
      const browser = await signIn(person)
      for (const link of links)
        expect([link.split('/')[1], (await browser.get(link)).status]).toEqual([
          link.split('/')[1],
          200,
        ])
      const secret = await react(person)
      const later = await signIn(person, secret)
      for (const link of links) {
        expect([link.split('/')[1], (await later.get(link)).status]).toEqual([
          link.split('/')[1],
          404,
        ])
        expect([link.split('/')[1], (await later.post(link, { password: fresh })).status]).toEqual([
          link.split('/')[1],
          404,
        ])
      }
      expect(await emailOf(person)).toBe(person.email)
    })

  it('is deactivated by an admin, or is being erased', async () => {
    const closed = await join('Clara Closed', 'manager')
    const erased = await test.addPerson('Edda Erased')
    const links = [
      await resetLink(closed),
      await mailLink(closed, 'deletion'),
      await resetLink(erased),
      await mailLink(erased, 'deletion'),
    ]
    expect((await test.cast.admin.post(`${people}/${closed.id}/deactivate`)).status).toBe(303)
    await lockOut(test.sql, erased.id, now())
    await test.sql`update users set deactivated_at = null, deactivated_by = null where id = any(${[closed.id, erased.id]})`
    for (const link of links) expect((await test.browser().get(link)).status).toBe(404)
  })

  it('changes their email address: links in the old mailbox stop working', async () => {
    const person = await test.addPerson('Frida Former')
    const links = [
      await resetLink(person),
      await mailLink(person, 'deletion'),
      await mailLink(person, 'sign-in'),
    ]
    expect((await person.post(await mailLink(person, 'email', 'frida@new.example'))).location).toBe(
      '/account?said=email-saved',
    )
    for (const link of links) expect((await test.browser().get(link)).status).toBe(404)
  })
})

describe('a pending change of email address', () => {
  it('can be confirmed only in a session of the same person', async () => {
    const person = await test.addPerson('Sam Session')
    const link = await mailLink(person, 'email', 'sam@new.example')
    const signedOut = await test.browser().post(link)
    expect(signedOut.location).toContain('/sign-in?next=')
    for (const other of [test.cast.admin, test.cast.operator, test.cast.outsider]) {
      expect((await other.get(link)).status).toBe(404)
      expect((await other.post(link)).status).toBe(404)
    }
    expect(await emailOf(person)).toBe(person.email)
    expect((await person.post(link)).status).toBe(303)
    expect(await emailOf(person)).toBe('sam@new.example')
  })

  it('is shown on the account page, and can be canceled there', async () => {
    const person = await test.addPerson('Carl Cancels')
    await person.post('/account/email', { email: 'carl@new.example', password })
    const page = await person.get('/account')
    expect(page.text).toContain('carl@new.example')
    expect(page.text).toContain('Cancel change')
    const [row] = await test.sql`select id from mail_links where user_id = ${person.id}`
    const { token } = (await issueLinkToken(test.sql, row!.id, now()))!
    expect((await person.post('/account/email/cancel')).location).toBe(
      '/account?said=email-canceled',
    )
    expect((await person.get('/account')).text).not.toContain('carl@new.example')
    expect((await person.post(`/account/email/${token}`)).status).toBe(404)
  })

  it('can be undone with the link in the old mailbox even after the account was taken over and deactivated', async () => {
    const person = await test.addPerson('Bella Back')
    const thief = await signIn(person)
    expect((await thief.post(await mailLink(person, 'email', 'thief@bella.example'))).status).toBe(
      303,
    )
    const [row] =
      await test.sql`select id from mail_links where user_id = ${person.id} and purpose = 'email-back'`
    const { token, email } = (await issueLinkToken(test.sql, row!.id, now()))!
    expect(email).toBe(person.email)
    await thief.post('/account/password', { current: password, password: fresh })
    await thief.post('/account/deactivate')
    expect((await test.browser().post(`/account/email-back/${token}`)).location).toBe(
      '/password-reset?said=email-back',
    )
    expect(await emailOf(person)).toBe(person.email)
    expect((await test.browser().get(await resetLink(person))).status).toBe(200)
  })
})

describe('an export ends with the admin role whose workspace it contains:', () => {
  for (const verb of ['role', 'remove'] as const)
    it(verb === 'role' ? 'demoted' : 'removed', async () => {
      const person = await join(`Exporter ${verb}`, 'admin')
      const link = await mailLink(person, 'export')
      expect((await person.get(link)).status).toBe(200)
      await insertExport(test.sql, person.id, now())
      await test.cast.admin.post(`${people}/${person.id}/${verb}`, { role: 'manager' })
      expect((await person.get(link)).status).toBe(404)
      expect(
        await test.sql`select from exports where user_id = ${person.id} and made_at is null`,
      ).toHaveLength(0)
    })
})

describe('every secret that gives access', () => {
  /**
   * Each column with the hash of a secret that was given to someone, and the test that shows when
   * the secret ends.
   */
  const ends: Record<string, string> = {
    'invitations.code_hash': 'an invitation ends with the rights of the admin who made it',
    'sessions.token_hash':
      'account.test.ts and password-reset.test.ts: every session ends with the password',
    'password_resets.token_hash': 'every mailed link ends when the person …',
    'mail_links.token_hash': 'every mailed link ends when the person …',
    'recovery_codes.code_hash':
      'second-factor.test.ts: a recovery code works once, and new codes replace the old ones',
    'connections_under_way.state_hash':
      'connect-refused.test.ts: works only in the session that began it, for an admin',
    'deletion_requests.code_hash': 'opens a status page that names nobody; it gives no right',
    'users.password_hash': 'not handed out',
    'review_links.token_hash': 'link-ends.test.ts: a review link ends with the rights of its maker',
    'review_links.passphrase_hash': 'not handed out',
    'client_reviewers.cookie_hash':
      'link-ends.test.ts: the cookie is worth nothing at another link, and ends with its link',
    'feeds.code_hash': 'feeds.test.ts: ends when the person …',
    'report_links.code_hash': 'reports.test.ts: a link ends when the person who made it …',
    'report_mails.code_hash': 'report-emails.test.ts: a link ends with its reader and its sender',
    'report_readers.code_hash': 'report-emails.test.ts: a link in an email ends with its reader',
    'api_keys.secret_hash': 'keys.test.ts: ends when its maker leaves, and does not come back',
    'oauth_codes.code_hash': 'oauth.test.ts: a code works once, for a minute',
    'app_tokens.token_hash': 'oauth.test.ts: tokens end with the connection',
    'api_requests.name_hash': 'a name that a program chose; it gives no right',
    'api_requests.content_hash': 'not handed out',
  }

  it('is listed here with the test that shows when it ends', async () => {
    const columns = await test.sql<{ name: string }[]>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and column_name like '%\_hash' order by 1`
    expect(columns.map(({ name }) => name)).toEqual(Object.keys(ends).sort())
  })
})
