import { beforeAll, describe, expect, test } from 'vitest'
import { endAccess } from '../../../db/people/access.ts'
import { insertMailLink, issueLinkToken } from '../../../db/people/mail-links.ts'
import { insertSession } from '../../../db/people/sessions.ts'
import { createTestApp, type Person, type TestApp } from '../../support/app.ts'
import type { Browser } from '../../support/browsing.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})

/** Another session of the same person. */
const secondSession = async ({ id }: Person): Promise<Browser> => {
  const browser = app.browser()
  browser.setCookie(`__Host-session=${await insertSession(app.sql, id, new Date())}`)
  return browser
}
const codeIn = (text: string): string => /name="code" value="([0-9A-Z-]{24})"/.exec(text)![1]!
const requestsOf = ({ id }: Person) => app.sql`select from deletion_requests where user_id = ${id}`
const statusPage = async (location: string | null) => (await app.browser().get(location!)).status

describe('promise E4: one button in two tabs', () => {
  test('"Delete account" in two sessions at the same moment makes one request with one code and one page', async () => {
    const person = await app.addPerson('Two Tabs')
    const tabs = [person, await secondSession(person)]
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const code = codeIn((await tabs[i % 2]!.get('/account/leave')).text)
        return { tab: tabs[i % 2]!, code }
      }),
    )
    const pressed = await Promise.all(
      answers.map(({ tab, code }) => tab.post('/account/leave', { code })),
    )
    expect([...new Set(pressed.map(({ status, location }) => `${status} ${location}`))]).toEqual([
      `303 /data-deletion/${answers[0]!.code}`,
    ])
    expect(await statusPage(pressed[0]!.location)).toBe(200)
    expect(await requestsOf(person)).toHaveLength(1)
  })

  test('a tab whose session ended with the deletion leads to the same page; without a deletion, to the sign-in page', async () => {
    const person = await app.addPerson('Late Tab')
    const late = app.browser()
    const code = codeIn((await person.get('/account/leave')).text)
    expect((await late.post('/account/leave', { code })).location).toMatch(/^\/sign-in/)
    expect((await late.post('/account/leave', {})).location).toMatch(/^\/sign-in/)
    const { location } = await person.post('/account/leave', { code })
    await endAccess(app.sql, person.id, { now: new Date() })
    expect((await late.post('/account/leave', { code })).location).toBe(location)
    await app.sql`delete from users where id = ${person.id}`
    expect((await late.post('/account/leave', { code })).location).toBe(location)
  })

  test('a page opened by somebody else deletes nobody: the person now signed in gets their own page', async () => {
    const [first, second] = [
      await app.addPerson('First Person'),
      await app.addPerson('Second Person'),
    ]
    const code = codeIn((await first.get('/account/leave')).text)
    expect((await second.post('/account/leave', { code })).location).toBe('/account/leave')
    expect((await second.post('/account/leave', {})).location).toBe('/account/leave')
    const { location } = await first.post('/account/leave', { code })
    expect((await second.post('/account/leave', { code })).location, 'the deletion has begun').toBe(
      location,
    )
    expect([(await requestsOf(first)).length, (await requestsOf(second)).length]).toEqual([1, 0])
    expect((await second.get('/account')).status).toBe(200)
  })

  test('the emailed link in two tabs, together with the account page, makes one request', async () => {
    const person = await app.addPerson('Mailed Tab')
    const id = await insertMailLink(app.sql, {
      userId: person.id,
      purpose: 'deletion',
      now: new Date(),
    })
    const path = `/data-deletion/confirm/${(await issueLinkToken(app.sql, id, new Date()))!.token}`
    const [one, two] = [app.browser(), app.browser()]
    const [code, same] = [codeIn((await one.get(path)).text), codeIn((await two.get(path)).text)]
    expect(same).toBe(code)
    const pressed = await Promise.all([
      one.post(path, { code }),
      two.post(path, { code }),
      person.post('/account/leave', { code }),
    ])
    expect(pressed.map(({ location }) => location)).toEqual(Array(3).fill(`/data-deletion/${code}`))
    expect(await requestsOf(person)).toHaveLength(1)
    expect(
      (await two.post(path, { code: 'AAAA-AAAA-AAAA-AAAA-AAAA' })).status,
      'a code that is none',
    ).toBe(404)
  })

  test('a code does not reveal whose it was: it depends on the password hash, which is deleted with the person', async () => {
    const person = await app.addPerson('New Password')
    const before = codeIn((await person.get('/account/leave')).text)
    await app.sql`update users set password_hash = 'another' where id = ${person.id}`
    expect(codeIn((await person.get('/account/leave')).text)).not.toBe(before)
  })

  test('"Export data" in two tabs at the same moment makes one file', async () => {
    const person = await app.addPerson('Exporting Tab')
    const tabs = [person, await secondSession(person)]
    await Promise.all(tabs.map((tab) => tab.post('/account/export')))
    expect(await app.sql`select from exports where user_id = ${person.id}`).toHaveLength(1)
  })
})
