import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../../local/people/person.ts'
import {
  type ConnectingApp,
  choose,
  createConnectingApp,
  instagram,
  pages,
  startAgain,
  tiktokAccount,
  toMeta,
  toTiktok,
} from '../support/connecting-app.ts'
import { control } from '../support/platforms/twins.ts'

let test: ConnectingApp
let ada: Person

beforeAll(async () => {
  test = await createConnectingApp()
  ada = await test.signIn(test.cast.admin)
})

beforeEach(() => startAgain(test))

const channels = async () =>
  await test.sql<
    {
      platform: string
      accountId: string
      name: string
      handle: string
      state: string
      stateReason: string | null
      id: string
      grantId: string
    }[]
  >`
    select id, grant_id, platform, account_id, name, handle, state, state_reason from channels order by platform, account_id`

const grants = async () => await test.sql`select * from grants order by issuer, issuer_user_id`

describe('connecting Meta', () => {
  it('goes through consent and selection, and connects the selected Pages and Instagram accounts', async () => {
    const consent = await toMeta(ada)
    expect(consent.text).toContain('CrateSocial asks for access')
    const choice = await consent.press('Continue')
    expect(choice.url).toBe(`${test.url}/w/northside/connect/meta/choose`)
    expect(choice.text).toContain('Northside Café')
    expect(choice.text).toContain('@northsiderecords')
    const done = await choose(choice, [
      `facebook:${pages.records}`,
      `instagram:${instagram.records}`,
    ])
    expect(done.status).toBe(200)
    expect(done.text).toContain('Connected. You can now publish')
    expect(
      (await channels()).map((one) => [one.platform, one.accountId, one.name, one.state]),
    ).toEqual([
      ['facebook', pages.records, 'Northside Records', 'connected'],
      ['instagram', instagram.records, expect.any(String), 'connected'],
    ])
    const [grant] = await grants()
    expect(grant).toMatchObject({
      issuer: 'meta',
      issuerUserId: '10200000000000001',
      userName: 'Ada Northside',
      state: 'active',
    })
    expect(grant?.expiresAt.getTime()).toBeGreaterThan(Date.now() + 50 * 86_400_000)
    expect(await test.sql`select from connections_under_way`).toHaveLength(0)
    const events = await test.sql<
      { name: string }[]
    >`select name from events where name = 'channel.connected' and workspace_id = ${test.workspaces.northside}`
    expect(events.length).toBeGreaterThanOrEqual(2)
  })

  it('promise A2: shows a Page that the person may not publish to with the reason, and it cannot be selected', async () => {
    const choice = await (await toMeta(ada)).press('Continue')
    expect(choice.text).toMatch(/have permission to create content on the Page/)
    const blocked = /value="(facebook:\d+)" disabled/.exec(choice.html)?.[1] ?? ''
    expect(blocked).not.toBe('')
    const refused = await choose(choice, [blocked])
    expect([refused.status, refused.text.includes('Choose at least one account.')]).toEqual([
      422,
      true,
    ])
    expect(await channels()).toHaveLength(0)
    expect(await grants()).toHaveLength(0)
  })

  it('says plainly that consent was refused, and keeps nothing', async () => {
    const page = await (await ada.open('/w/northside/connect/meta')).press('Cancel')
    expect(page.text).toContain('Meta is not connected')
    expect(page.text).toContain('Nothing was shared at Facebook')
    expect(await grants()).toHaveLength(0)
    await expect(page.follow('Start again')).resolves.toMatchObject({ status: 200 })
  })

  it('lists the permissions that were left out with their purpose, and asks for them again', async () => {
    const choice = await (await toMeta(ada)).press('Continue', {
      grant: ['pages_show_list', 'pages_read_engagement', 'instagram_basic'],
    })
    expect(choice.text).toContain('Missing permissions')
    expect(choice.text).toContain('Publish the posts you schedule on your Page')
    expect(choice.document.querySelector('form button.primary')).toBeNull()
    const again = await choice.follow('Ask Meta again')
    const second = await (await again.press('Ada Northside')).press('Continue')
    expect(second.text).not.toContain('Missing permissions')
    expect((await choose(second, [`facebook:${pages.records}`])).status).toBe(200)
    expect(await channels()).toHaveLength(1)
  })

  it('says that nothing was shared, with a link back to Meta', async () => {
    const choice = await (await toMeta(ada)).press('Continue', { page: null, instagram: null })
    expect(choice.text).toContain('No accounts were shared')
    await expect(choice.follow('Back to Meta')).resolves.toMatchObject({ status: 200 })
  })

  it('asks for a Page that Facebook leaves out of its list by its id, and does not report it as lost', async () => {
    await choose(await (await toMeta(ada)).press('Continue'), [`facebook:${pages.records}`])
    await control(test.sandbox, 'PATCH', '/settings', { pageListsEmpty: true })
    await control(test.sandbox, 'POST', '/faults', {
      endpoint: 'debug_token',
      kind: 'error',
      code: 2,
      when: 'before',
      nth: 2,
      times: 1,
    })
    const choice = await (await toMeta(ada)).press('Continue')
    expect(choice.text).toContain('didn’t show all of your accounts')
    expect(choice.text).not.toContain('not shared this time')
    expect((await choose(choice, [`facebook:${pages.records}`])).status).toBe(200)
    expect(await channels()).toMatchObject([{ accountId: pages.records, state: 'connected' }])
  })

  it('forgets the tokens on "Cancel"', async () => {
    const choice = await (await toMeta(ada)).press('Continue')
    expect((await choice.press('Cancel')).url).toBe(`${test.url}/w/northside/channels`)
    expect(await test.sql`select from connections_under_way`).toHaveLength(0)
    expect((await ada.open('/w/northside/connect/meta/choose')).status).toBe(410)
  })
})

describe('reconnecting', () => {
  it('updates the same rows with new tokens, keeps the posts, and duplicates nothing', async () => {
    await choose(await (await toMeta(ada)).press('Continue'), [
      `facebook:${pages.records}`,
      `instagram:${instagram.records}`,
    ])
    const before = { channels: await channels(), grants: await grants() }
    const second = await (await toMeta(ada, '?again=1')).press('Continue')
    expect(second.text).toContain('Already connected')
    await choose(second, [`facebook:${pages.cafe}`])
    const after = { channels: await channels(), grants: await grants() }
    expect(after.channels.map((one) => one.accountId)).toEqual([
      pages.records,
      pages.cafe,
      instagram.records,
    ])
    expect(after.channels.filter((one) => one.accountId !== pages.cafe)).toEqual(before.channels)
    expect(after.grants).toHaveLength(1)
    expect(after.grants[0]?.id).toBe(before.grants[0]?.id)
    expect(after.grants[0]?.accessTokenSealed).not.toBe(before.grants[0]?.accessTokenSealed)
  })

  it('restores accounts that needed reconnecting', async () => {
    await choose(await (await toMeta(ada)).press('Continue'), [`facebook:${pages.records}`])
    await test.sql`update grants set state = 'reauthorize', state_reason = '190/460'`
    await test.sql`update channels set state = 'reconnect', state_reason = 'The password was changed.'`
    const list = await ada.open('/w/northside/channels')
    expect(list.text).toContain('needs reconnecting')
    expect(list.text).toContain('The password was changed.')
    const reconnect = list.document.querySelector('.channel a.button')?.getAttribute('href') ?? ''
    const consent = await (await ada.open(reconnect)).press('Ada Northside')
    await (await consent.press('Continue')).press('Connect')
    expect(await channels()).toMatchObject([{ state: 'connected', stateReason: null }])
    expect((await ada.open('/w/northside/channels')).text).not.toContain('needs reconnecting')
  })

  it('promise S6: through another person moves the account to them and deletes the tokens that are no longer needed', async () => {
    await choose(await (await toMeta(ada)).press('Continue'), [`facebook:${pages.records}`])
    const [before] = await channels()
    await control(test.sandbox, 'POST', `/accounts/meta/pages/${pages.records}/state`, {
      personId: '10200000000000002',
      role: 'restored',
    })
    const people = await ada.open('/w/northside/connect/meta?again=1')
    const choice = await (await people.press('Ben Southside')).press('Continue')
    await choose(choice, [`facebook:${pages.records}`])
    const after = await channels()
    expect(after.map((one) => [one.id, one.state])).toEqual([[before?.id, 'connected']])
    expect(after[0]?.grantId).not.toBe(before?.grantId)
    expect(await grants()).toMatchObject([
      {
        id: before?.grantId,
        state: 'ended',
        stateReason: 'replaced',
        accessTokenSealed: null,
        refreshTokenSealed: null,
      },
      { id: after[0]?.grantId, state: 'active' },
    ])
  })

  it('marks an account that was not shared this time as needing reconnection and never deletes it', async () => {
    await choose(await (await toMeta(ada)).press('Continue'), [
      `facebook:${pages.records}`,
      `facebook:${pages.cafe}`,
    ])
    const choice = await (await toMeta(ada, '?again=1')).press('Continue', {
      page: [pages.records],
      instagram: null,
    })
    expect(choice.text).toContain('Northside Café is connected and was not shared this time')
    await choice.press('Connect')
    expect((await channels()).map((one) => [one.accountId, one.state])).toEqual([
      [pages.records, 'connected'],
      [pages.cafe, 'reconnect'],
    ])
  })
})

describe('connecting TikTok', () => {
  it('goes through consent and selection; a second account is a second grant', async () => {
    const choice = await (await toTiktok(ada)).press('Continue')
    expect(choice.text).toContain('@northside.records')
    await choice.press('Connect', { account: tiktokAccount(choice) })
    const second = await (await toTiktok(ada, 'southside.club')).press('Continue')
    await second.press('Connect', { account: tiktokAccount(second) })
    expect((await channels()).map((one) => [one.platform, one.handle, one.state]).sort()).toEqual([
      ['tiktok', 'northside.records', 'connected'],
      ['tiktok', 'southside.club', 'connected'],
    ])
    const all = await grants()
    expect(all).toHaveLength(2)
    expect(all[0]?.refreshExpiresAt.getTime()).toBeGreaterThan(Date.now() + 170 * 86_400_000)
    const list = await ada.open('/w/northside/channels')
    expect(list.text).toContain('Renews automatically')
  })

  it('promise A2: does not let an account be selected without the permission to publish', async () => {
    const choice = await (await toTiktok(ada)).press('Continue', { scope: ['user.info.profile'] })
    expect(choice.text).toContain('Missing permissions')
    expect(choice.html).toMatch(/value="tiktok:[^"]+" disabled/)
    expect(await grants()).toHaveLength(0)
  })

  it('says plainly that consent was refused', async () => {
    const page = await (await toTiktok(ada)).press('Cancel')
    expect(page.text).toContain('TikTok is not connected')
    expect(await grants()).toHaveLength(0)
  })
})
