import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertMembership, type Role } from '../../db/people/memberships.ts'
import { lockOut } from '../../db/privacy/erasure.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'

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

const join = async (name: string, role: Role): Promise<Person> => {
  const person = await test.addPerson(name)
  await insertMembership(test.sql, test.workspaces.northside, person.id, role)
  return person
}

const invite = async (by: Person, role: Role): Promise<string> => {
  const page = await by.post(`${people}/invitations`, { role })
  return /value="http:\/\/localhost:\d+(\/invitations\/[\w-]{43})"/.exec(page.text)![1]!
}
const newcomer = (name: string) => ({
  name,
  email: `${name.replace(' ', '.').toLowerCase()}@example.com`,
  password: fresh,
})

describe('an invitation ends with the rights of the admin who made it:', () => {
  const endings: Record<string, (maker: Person) => Promise<unknown>> = {
    removed: (maker) => test.cast.admin.post(`${people}/${maker.id}/remove`),
    demoted: (maker) => test.cast.admin.post(`${people}/${maker.id}/role`, { role: 'manager' }),
    deactivated: (maker) => test.cast.admin.post(`${people}/${maker.id}/deactivate`),
    left: (maker) => maker.post(`${people}/${maker.id}/remove`),
    'deactivated by themselves': (maker) => maker.post('/account/deactivate'),
    erased: (maker) => lockOut(test.sql, maker.id, now()),
  }
  for (const [title, end] of Object.entries(endings))
    it(title, async () => {
      const maker = await join(`Maker ${title.replaceAll(' ', '')}`, 'admin')
      const links = [await invite(maker, 'admin'), await invite(maker, 'manager')]
      for (const link of links) expect((await test.browser().get(link)).status).toBe(200)
      await end(maker)
      const [row] = await test.sql`
        select count(*)::int as n from invitations where created_by = ${maker.id} and revoked_at is null and accepted_at is null`
      expect(row!.n).toBe(0)
      for (const link of links) {
        expect((await test.browser().get(link)).status).toBe(404)
        expect(
          (await test.browser().post(link, newcomer(`Back ${title.replaceAll(' ', '')}`))).status,
        ).toBe(404)
      }
      // Restoring the rights doesn't restore the links.
      await test.sql`update users set deactivated_at = null, deactivated_by = null where id = ${maker.id}`
      await insertMembership(test.sql, test.workspaces.northside, maker.id, 'admin')
      await test.sql`update memberships set role = 'admin' where user_id = ${maker.id}`
      expect((await test.browser().get(links[0]!)).status).toBe(404)
      await test.sql`delete from memberships where user_id = ${maker.id}`
    })

  it('also when the right ended without a revocation: the invitation is neither listed nor accepted', async () => {
    const maker = await join('Direct Dan', 'admin')
    const link = await invite(maker, 'admin')
    await test.sql`update memberships set role = 'manager' where user_id = ${maker.id}`
    expect((await test.browser().post(link, newcomer('Not In'))).status).toBe(404)
    expect((await test.cast.admin.get(people)).text).not.toContain('by Direct Dan')
  })
})

describe('an old invitation link', () => {
  it('leads a member to the workspace, whether or not they used it themselves', async () => {
    const link = await invite(test.cast.admin, 'manager')
    const browser = test.browser()
    expect((await browser.post(link, newcomer('Lou Late'))).status).toBe(303)
    expect((await browser.get(link)).location).toBe('/w/northside/today')
    expect((await test.cast.manager.get(link)).location).toBe('/w/northside/today')
    expect((await test.cast.outsider.get(link)).status).toBe(404)
    const signedOut = await test.browser().get(link)
    expect(signedOut.status).toBe(404)
    expect(signedOut.text).toContain(`/sign-in?next=${encodeURIComponent(link)}`)
  })
})
