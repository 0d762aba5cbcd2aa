import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findFeed, replaceFeed } from '../../db/feeds/feeds.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { insertPasswordReset, issueResetToken } from '../../db/people/password-resets.ts'
import { requireInWorkspace } from '../../db/people/second-factor.ts'
import { resetSecondFactor } from '../../db/people/second-factor-reset.ts'
import { tx } from '../../db/postgres/connect.ts'
import { apiClient } from '../support/api.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'
import { oauthApps } from './oauth-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})
// All apps of this test register from one network.
beforeEach(async () => {
  await test.sql`delete from throttle`
})

const { ask, answer, connected, exchange, refresh, statusOf } = oauthApps(() => test)
const refusedCode = { status: 400, body: { error: 'invalid_grant' } }

describe('a connected app ends when its person', () => {
  const reset = async ({ id }: Person) => {
    const reset = await insertPasswordReset(test.sql, id, new Date())
    const mailed = await issueResetToken(test.sql, reset, new Date())
    const path = `/password-reset/${mailed!.token}`
    return test.browser().post(path, { password: 'another heap of records' })
  }
  const ways: Record<string, (person: Person) => Promise<unknown>> = {
    'resets their password': reset,
    'changes their password': (person) =>
      person.post('/account/password', { current: password, password: 'another heap of records' }),
    'has their two-step sign-in reset': async ({ id }) => {
      await withApp(id)
      await tx(test.sql, (t) => resetSecondFactor(t, id, null, new Date()))
    },
  }
  for (const [title, way] of Object.entries(ways))
    it(`${title}, also if it only has a code so far`, async () => {
      const person = await member(`Person who ${title}`)
      const [{ app }, late] = [await connected(person), await ask()]
      const { back } = await answer(late, person, ['read'])
      const key = await apiClient(test, {
        workspaceId: test.workspaces.northside,
        userId: person.id,
      })
      const [token, refreshToken] = [app.known.tokens?.access_token ?? '', app.refreshToken()]
      expect(await statusOf(token)).not.toBe(401)
      await way(person)
      expect(await statusOf(token)).toBe(401)
      expect(await refresh(app, refreshToken)).toMatchObject(refusedCode)
      expect(await exchange(late, back.get('code') ?? '')).toMatchObject(refusedCode)
      expect((await key.call('GET', '/key')).status).toBe(200)
      const [event] = await test.sql`select from events where name = 'app.cut_off'
        and subject_id not in (select id from api_keys)`
      expect(event).toBeDefined()
    })

  it('has no two-step sign-in where it is required by then, and works again with it', async () => {
    const person = await member('Nora Newfactor')
    const who = { workspaceId: test.workspaces.northside, userId: person.id }
    const { app } = await connected(person)
    const key = await apiClient(test, who)
    const { code: feed } = await replaceFeed(test.sql, who, 'calendar', new Date())
    const token = app.known.tokens?.access_token ?? ''
    const answers = async () => [
      (await statusOf(token)) === 401,
      (await key.call('GET', '/key')).status,
      (await findFeed(test.sql, feed)) === null,
    ]
    expect(await answers()).toEqual([false, 200, false])
    const late = await ask()
    const { back } = await answer(late, person, ['read'])
    await requireInWorkspace(test.sql, who.workspaceId, true)
    expect(await answers()).toEqual([true, 401, true])
    expect(await refresh(app, app.refreshToken())).toMatchObject(refusedCode)
    expect(await exchange(late, back.get('code') ?? '')).toMatchObject(refusedCode)
    await withApp(person.id)
    expect(await answers()).toEqual([false, 200, false])
    await requireInWorkspace(test.sql, who.workspaceId, false)
  })

  const member = async (name: string) => {
    const person = await test.addPerson(name)
    await insertMembership(test.sql, test.workspaces.northside, person.id, 'admin')
    return person
  }
  const withApp = (userId: string) =>
    test.sql`insert into authenticator_apps (user_id, secret_sealed, last_step) values (${userId}, '', 0)`
})
