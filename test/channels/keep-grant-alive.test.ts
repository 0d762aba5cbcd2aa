import { beforeAll, describe, expect, test } from 'vitest'
import { withToken } from '../../activities/channels/tokens.ts'
import { startTimeTravel, type TimeTravel } from '../support/time-travel.ts'

let world: TimeTravel
beforeAll(async () => {
  world = await startTimeTravel()
}, 60_000)

const stateOf = async (grantId: string) => {
  const [row] = await world.sql`
    select g.state, array_agg(c.platform || ' ' || c.state order by c.platform, c.id) as channels
    from grants g join channels c on c.grant_id = g.id where g.id = ${grantId} group by g.id`
  return row
}
/**
 * The admin's notifications about a grant and its accounts, oldest first: the kind, and the days
 * for a warning.
 */
const told = async (grantId: string): Promise<string[]> => {
  const rows = await world.sql<{ said: string }[]>`
    select n.kind || coalesce(' ' || (n.facts ->> 'days'), '') as said from notices n left join channels c on c.id = n.channel_id
    where coalesce(n.grant_id, c.grant_id) = ${grantId} and n.user_id = ${world.people.adminId} order by n.id`
  return rows.map((row) => row.said)
}
const renewals = async (endpoint: string) =>
  (await world.rig.calls({ endpoint })).filter(
    (call) => call.facts.grantType === undefined || call.facts.grantType === 'refresh_token',
  ).length
const ask = async (channelId: string) =>
  withToken(
    world.deps,
    { workspaceId: world.people.workspaceId, channelId },
    async (account) => account.grantToken,
  )

describe.sequential('a grant over the months', () => {
  test('promise U2: TikTok with tokens of 24 hours: 400 days of renewals with one sign-in, and an outage that outlasts the token', {
    timeout: 240_000,
  }, async () => {
    const { rig } = world
    await rig.set({ tiktokTokenProfile: 'older' })
    const { grantId, channelIds } = await world.connect('tiktok')
    await world.pass(30)
    expect(await stateOf(grantId)).toEqual({ state: 'active', channels: ['tiktok connected'] })
    const before = await renewals('oauth/token')
    expect(before).toBeGreaterThan(40)
    expect(before).toBeLessThan(62)

    await rig.fault({
      platform: 'tiktok',
      endpoint: 'oauth/token',
      when: 'before',
      kind: 'error',
      code: 500,
      times: 30,
    })
    await world.pass(2) // the access token expires during the outage
    expect(await renewals('oauth/token')).toBeGreaterThan(before + 30)
    expect(await stateOf(grantId)).toEqual({ state: 'active', channels: ['tiktok connected'] })
    expect(await ask(channelIds[0]!)).toMatch(/^act\./)
    expect(await told(grantId)).toEqual([])

    await world.pass(320)
    expect(await told(grantId)).toEqual(['ending 14'])
    await world.pass(7)
    expect(await told(grantId)).toEqual(['ending 14', 'ending 7'])
    await world.connect('tiktok')
    await world.pass(41)
    expect(await told(grantId)).toEqual(['ending 14', 'ending 7'])
    expect(await stateOf(grantId)).toEqual({ state: 'active', channels: ['tiktok connected'] })
    expect(await ask(channelIds[0]!)).toMatch(/^act\./)
  })

  test('promise U2: Meta: 120 days, renewed while valid despite hours of outage, with warnings before the 90 days of data access end', {
    timeout: 120_000,
  }, async () => {
    const { grantId, channelIds } = await world.connect('meta')
    const all = await stateOf(grantId)
    const before = (await world.rig.calls({ endpoint: 'oauth.access_token' })).length
    await world.rig.fault({
      endpoint: 'oauth.access_token',
      when: 'before',
      kind: 'html503',
      times: 20,
    })
    await world.pass(75)
    expect(await told(grantId)).toEqual([])
    expect(await stateOf(grantId)).toEqual(all)
    const asked = (await world.rig.calls({ endpoint: 'oauth.access_token' })).length - before
    expect([1, 2]).toContain(asked - 20) // renewed between half and two thirds of sixty days, spread by the id
    await world.pass(14.5)
    expect(await told(grantId)).toEqual(['ending 14', 'ending 7', 'ending 1'])
    await world.connect('meta')
    await world.pass(30.5)
    expect(await stateOf(grantId)).toEqual(all)
    expect(await ask(channelIds[0]!)).toMatch(/^EAA/)
    expect(await told(grantId)).toHaveLength(3)
  })

  test('Meta: if nobody signs in again, Instagram needs reconnecting and the Pages keep working', {
    timeout: 120_000,
  }, async () => {
    const { grantId } = await world.connect('meta')
    await world.pass(91)
    const state = await stateOf(grantId)
    expect(state?.state).toBe('active')
    expect(new Set(state?.channels)).toEqual(new Set(['facebook connected', 'instagram reconnect']))
    expect((await told(grantId)).slice(-4)).toEqual(['ending 14', 'ending 7', 'ending 1', 'ended'])
    await world.connect('meta')
    await world.pass(2)
    expect(new Set((await stateOf(grantId))?.channels)).toEqual(
      new Set(['facebook connected', 'instagram connected']),
    )
  })

  test('Meta: a lost role is noticed within a day, only its Page waits, and it recovers with the role', {
    timeout: 60_000,
  }, async () => {
    const { grantId } = await world.connect('meta')
    await world.pass(2)
    const page = '106700000000003' // Northside Events
    const [person] = Object.values(
      (
        await world.rig.control<{ people: Record<string, { id: string; name: string }> }>(
          'GET',
          '/accounts/meta',
        )
      ).people,
    )
    await world.rig.control('POST', `/accounts/meta/pages/${page}/state`, {
      personId: person!.id,
      role: 'lost',
    })
    await world.pass(1.1)
    const waiting =
      await world.sql`select account_id, state_reason from channels where grant_id = ${grantId} and state = 'reconnect'`
    expect(waiting).toMatchObject([
      { accountId: page, stateReason: expect.stringContaining('you no longer have a role there') },
    ])
    expect((await stateOf(grantId))?.state).toBe('active')
    await world.rig.control('POST', `/accounts/meta/pages/${page}/state`, {
      personId: person!.id,
      role: 'restored',
    })
    await world.pass(1.1)
    expect(
      await world.sql`select 1 from channels where grant_id = ${grantId} and state = 'reconnect'`,
    ).toHaveLength(0)
  })

  test.each([
    ['password_changed', /password/i],
    ['revoked', /not authorized|removed|connect/i],
  ])(
    'promise U4: Meta: %s is noticed within a day, before a post fails, and an outage at that moment changes nothing',
    { timeout: 60_000 },
    async (tokens, words) => {
      const { rig } = world
      const { grantId } = await world.connect('meta')
      await world.pass(2)
      const before = (await told(grantId)).length
      await rig.fault({ endpoint: 'debug_token', when: 'before', kind: 'html503', times: 8 })
      await world.pass(1)
      expect((await stateOf(grantId))?.state).toBe('active')
      expect(await told(grantId)).toHaveLength(before)
      const [person] = Object.values(
        (
          await rig.control<{ people: Record<string, { id: string; name: string }> }>(
            'GET',
            '/accounts/meta',
          )
        ).people,
      )
      await rig.control('POST', `/accounts/meta/people/${person!.id}/state`, { tokens })
      await world.pass(1.1)
      const state = await stateOf(grantId)
      expect(state?.state).toBe('reauthorize')
      expect(new Set(state?.channels)).toEqual(
        new Set(['facebook reconnect', 'instagram reconnect']),
      )
      expect((await told(grantId)).slice(before)).toEqual(['ended'])
      const [channel] = await world.sql<
        { stateReason: string }[]
      >`select state_reason from channels where grant_id = ${grantId} limit 1`
      expect(channel?.stateReason).toMatch(words)
      await rig.control('POST', `/accounts/meta/people/${person!.id}/state`, { tokens: 'working' })
    },
  )

  test('promise U4: TikTok: a removed app is noticed within a day, before a post fails, even without a webhook', {
    timeout: 60_000,
  }, async () => {
    const { grantId } = await world.connect('tiktok')
    await world.pass(2)
    const before = (await told(grantId)).length
    await world.rig.control('POST', '/accounts/tiktok/northside.records/disconnect', {})
    await world.pass(1.1)
    expect(await stateOf(grantId)).toEqual({ state: 'reauthorize', channels: ['tiktok reconnect'] })
    expect((await told(grantId)).slice(before)).toEqual(['ended'])
    await world.connect('tiktok')
    await world.pass(2)
    expect(await stateOf(grantId)).toEqual({ state: 'active', channels: ['tiktok connected'] })
    expect(await told(grantId)).toHaveLength(before + 1)
  })
})
