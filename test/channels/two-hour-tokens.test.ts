import { beforeAll, expect, test } from 'vitest'
import { withToken } from '../../activities/channels/tokens.ts'
import { startTimeTravel, type TimeTravel } from '../support/time-travel.ts'

let world: TimeTravel
beforeAll(async () => {
  world = await startTimeTravel()
}, 60_000)

const hour = 1 / 24
/**
 * All calls except code exchanges. A call that is cut off before TikTok reads it has no grant type.
 */
const tries = async () =>
  (await world.rig.calls({ endpoint: 'oauth/token' })).filter(
    (call) => call.facts.grantType !== 'authorization_code',
  ).length

test('promise U2: TikTok: a connection with tokens of 2 hours works for over 200 days, through outages that outlast the token', {
  timeout: 480_000,
}, async () => {
  const { grantId, channelIds } = await world.connect('tiktok')
  const ref = { workspaceId: world.people.workspaceId, channelId: channelIds[0]! }
  const stateOf = async () =>
    (
      await world.sql`select g.state, c.state as channel from grants g join channels c on c.grant_id = g.id where g.id = ${grantId}`
    )[0]
  /** Makes TikTok fail the next `times` renewals with this kind of error. */
  const breakDown = (kind: 'error' | 'html503' | 'reset', times: number) =>
    world.rig.fault({
      platform: 'tiktok',
      endpoint: 'oauth/token',
      when: 'before',
      kind,
      ...(kind === 'error' ? { code: 500 } : {}),
      times,
    })

  await world.pass(20)
  for (const [kind, times] of [
    ['error', 12],
    ['html503', 20],
    ['reset', 8],
  ] as const) {
    const before = await tries()
    await breakDown(kind, times)
    await world.pass(12 * hour) // the access token expires during the outage
    expect(await tries()).toBeGreaterThan(before + times)
    expect(await stateOf()).toEqual({ state: 'active', channel: 'connected' })
    expect(await withToken(world.deps, ref, async (account) => account.grantToken)).toMatch(
      /^act\./,
    )
    await world.pass(20)
  }
  await world.pass(118.5)

  expect(await stateOf()).toEqual({ state: 'active', channel: 'connected' })
  expect(await world.sql`select from notices where grant_id = ${grantId}`).toHaveLength(0)
  expect(await withToken(world.deps, ref, async (account) => account.grantToken)).toMatch(/^act\./)
  // Renewed between half and two thirds of 2 hours: every 60 to 80 minutes.
  const count = (await tries()) - 40 // without those that failed
  expect(count).toBeGreaterThan(200 * 18 - 40)
  expect(count).toBeLessThan(200 * 24 + 60)
  const runs = await world.historyOf(grantId)
  expect(Math.max(...runs)).toBeLessThan(5_000)
  expect(runs.length).toBeGreaterThan(10)
  console.info(`${count} renewals, ${runs.length} runs, at most ${Math.max(...runs)} events in one`)
})
