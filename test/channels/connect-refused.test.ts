import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../../local/people/person.ts'
import {
  type ConnectingApp,
  choose,
  createConnectingApp,
  pages,
  startAgain,
} from '../support/connecting-app.ts'
import { control } from '../support/platforms/twins.ts'

let test: ConnectingApp
let ada: Person

beforeAll(async () => {
  test = await createConnectingApp()
  ada = await test.signIn(test.cast.admin)
})

beforeEach(() => startAgain(test))

const grants = async () => await test.sql`select id from grants`
const channels = async () => await test.sql`select id from channels`

describe('a platform callback that must be refused', () => {
  /** The address to which the platform sends the browser. It isn't opened yet. */
  const callback = async (person: Person): Promise<string> => {
    const out = (await person.request('/w/northside/connect/meta')).headers.get('location') ?? ''
    const form = new URLSearchParams([
      ...new URL(out).searchParams,
      ['person', '10200000000000001'],
      ['decision', 'continue'],
      ['page', pages.records],
    ])
    for (const scope of (new URL(out).searchParams.get('scope') ?? '').split(','))
      form.append('grant', scope)
    const back = await fetch(out, { method: 'POST', body: form, redirect: 'manual' })
    return back.headers.get('location') ?? ''
  }

  it('has the state of another session: no code is exchanged', async () => {
    const address = await callback(ada)
    const other = await test.signIn(test.cast.admin)
    const page = await other.open(address)
    expect([
      page.status,
      page.text.includes('to a connection you started in this browser'),
    ]).toEqual([400, true])
    const stranger = await test.signIn(test.cast.outsider)
    expect((await stranger.open(address)).status).toBe(400)
    const calls = (await control(
      test.sandbox,
      'GET',
      '/ledger/calls?platform=meta&endpoint=oauth/access_token',
    )) as unknown[]
    expect(calls).toHaveLength(0)
    expect((await ada.open(address)).url).toBe(`${test.url}/w/northside/connect/meta/choose`)
  })

  it('arrives in a session without the second factor that the workspace requires: no code is exchanged or passed on', async () => {
    const address = await callback(ada)
    await test.sql`update workspaces set requires_second_factor = true where slug = 'northside'`
    const answer = await ada.request(address)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account/security'])
    const calls = (await control(
      test.sandbox,
      'GET',
      '/ledger/calls?platform=meta&endpoint=oauth/access_token',
    )) as unknown[]
    expect(calls).toHaveLength(0)
    await test.sql`update workspaces set requires_second_factor = false where slug = 'northside'`
    expect([await grants(), await channels()]).toEqual([[], []])
  })

  it('has a made-up state, no state, or belongs to another platform', async () => {
    for (const path of [
      '/oauth/meta/callback?code=AQBx&state=made-up',
      '/oauth/meta/callback?code=AQBx',
      '/oauth/meta/callback',
    ])
      expect((await ada.open(path)).status).toBe(400)
    const address = new URL(await callback(ada))
    expect((await ada.open(`/oauth/tiktok/callback${address.search}`)).status).toBe(400)
    expect((await ada.open('/oauth/nobody/callback?state=x')).status).toBe(404)
    expect((await ada.open('/w/northside/connect/nobody')).status).toBe(404)
  })

  it('is an hour old', async () => {
    const address = await callback(ada)
    await test.sql`update connections_under_way set expires_at = now() - interval '1 second'`
    expect((await ada.open(address)).status).toBe(400)
  })

  it('has a code that was used before: the page says so, and nothing is stored', async () => {
    const first = new URL(await callback(ada))
    await ada.open(first.href)
    const second = new URL(await callback(ada))
    second.searchParams.set('code', first.searchParams.get('code') ?? '')
    const page = await ada.open(second.href)
    expect(page.status).toBe(422)
    expect(page.text).toContain('Meta is not connected')
    expect(await grants()).toHaveLength(0)
  })

  it('arrives a second time: it leads to the selection or says that it has expired, and the code is exchanged once', async () => {
    const address = await callback(ada)
    const choice = await ada.open(address)
    expect((await ada.open(address)).url).toBe(choice.url)
    await choose(choice, [`facebook:${pages.records}`])
    expect((await ada.open(address)).status).toBe(400)
    expect(await channels()).toHaveLength(1)
  })

  it('fails because the platform does not respond: nothing is connected, and the person starts again', async () => {
    const address = await callback(ada)
    await control(test.sandbox, 'POST', '/faults', {
      platform: 'meta',
      endpoint: '*',
      when: 'before',
      kind: 'html503',
      times: 3,
    })
    const page = await ada.open(address)
    expect(page.status).toBe(502)
    expect(page.text).toContain('Nothing was connected.')
    await control(test.sandbox, 'DELETE', '/faults')
  })

  it('comes from a manager, an outsider or a signed-out person, who signs in first, and the code is not passed on', async () => {
    const manager = await test.signIn(test.cast.manager)
    for (const path of ['connect/meta', 'connect/meta/choose'])
      expect((await manager.request(`/w/northside/${path}`)).status).toBe(403)
    expect(
      (
        await manager.request('/w/northside/connect/meta/choose', {
          method: 'POST',
          body: new URLSearchParams(),
        })
      ).status,
    ).toBe(403)
    expect((await manager.open('/w/northside/channels')).status).toBe(200)
    const outsider = await test.signIn(test.cast.outsider)
    for (const path of ['channels', 'connect/meta', 'connect/meta/choose'])
      expect((await outsider.request(`/w/northside/${path}`)).status).toBe(404)
    const answer = await test.cast.stranger.get('/oauth/meta/callback?code=secret&state=x')
    expect([answer.status, answer.location]).toEqual([303, '/sign-in'])
  })

  it('comes from a person who is no longer an admin', async () => {
    const address = await callback(ada)
    await test.sql`update memberships set role = 'manager' where user_id = ${test.cast.admin.id}`
    expect((await ada.open(address)).status).toBe(400)
    await test.sql`update memberships set role = 'admin' where user_id = ${test.cast.admin.id}`
    expect(await grants()).toHaveLength(0)
  })
})
