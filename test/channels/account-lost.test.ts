import { beforeAll, describe, expect, test } from 'vitest'
import { withToken } from '../../activities/channels/tokens.ts'
import { createUpkeepActivities } from '../../activities/channels/upkeep.ts'
import { startTimeTravel, type TimeTravel } from '../support/time-travel.ts'

let world: TimeTravel
let grantId: string
beforeAll(async () => {
  world = await startTimeTravel()
  ;({ grantId } = await world.connect('meta'))
  await world.pass(0.5)
}, 60_000)

const ada = '10200000000000001'
const events = '106700000000003' // Northside Events
const minute = 1 / 1_440
const turn = (role: 'lost' | 'restored') =>
  world.rig.control('POST', `/accounts/meta/pages/${events}/state`, { personId: ada, role })
const lost = async () => {
  const rows = await world.sql<{ accountId: string }[]>`
    select account_id from channels where grant_id = ${grantId} and state = 'reconnect' order by account_id`
  return rows.map((row) => row.accountId)
}
const account = async () => {
  const [row] = await world.sql<{ name: string; handle: string; hasAvatar: boolean }[]>`
    select name, handle, exists (select from avatars a where a.channel_id = c.id) as has_avatar
    from channels c where account_id = ${events}`
  return row
}
const checks = async () => (await world.rig.calls({ endpoint: 'debug_token' })).length
/** Runs the daily check now. */
const checkNow = async () => {
  await world.sql`update grants set next_check_at = null where id = ${grantId}`
  await world.tell(grantId)
  await world.pass(minute)
}

describe.sequential('an account that Facebook does not list', () => {
  test('is not treated as lost if only the list of Pages is empty, because its Page responds to its id', async () => {
    await world.rig.set({ pageListsEmpty: true })
    await world.rig.fault({
      endpoint: 'debug_token',
      when: 'before',
      kind: 'error',
      code: 2,
      nth: 2,
      times: 1,
    })
    await checkNow()
    expect(await lost()).toEqual([])
    await world.rig.set({ pageListsEmpty: false })
  })

  test('is not treated as lost while its Page does not respond; it is checked again after 15 minutes', async () => {
    await turn('lost')
    // Once for the ids of the consent, and once for the request about the account itself.
    await world.rig.fault({ endpoint: 'page.read', when: 'before', kind: 'html503', times: 2 })
    await checkNow()
    expect(await lost()).toEqual([])
    await world.pass(16 * minute)
    expect(await lost()).toEqual([events])
  })

  test('is checked every 15 minutes, and reconnects within that time once the role is restored', async () => {
    const before = await checks()
    await world.pass(60 * minute)
    const each = (await checks()) - before
    expect(each).toBeGreaterThanOrEqual(4)
    expect(each).toBeLessThanOrEqual(12)
    await turn('restored')
    await world.pass(16 * minute)
    expect(await lost()).toEqual([])
  })

  test('and that has been restored is checked daily again', async () => {
    const before = await checks()
    await world.pass(0.8)
    expect((await checks()) - before).toBeLessThanOrEqual(2)
  })
})

test('preparing a post checks a lost account once more, so the post continues if the role is restored, and several posts share one check', async () => {
  await turn('lost')
  await checkNow()
  expect(await lost()).toEqual([events])
  const [row] = await world.sql<
    { id: string }[]
  >`select id from channels where account_id = ${events}`
  const ref = { workspaceId: world.people.workspaceId, channelId: row!.id }
  const prepare = () =>
    withToken(world.deps, ref, async (account) => account.accountToken, { explainRefusals: true })
  const reads = async () => (await world.rig.calls({ endpoint: 'page.read' })).length
  const before = await reads()
  await Promise.all(
    [1, 2, 3].map(() => expect(prepare()).rejects.toMatchObject({ kind: 'reauthorize' })),
  )
  expect((await reads()) - before).toBe(1)
  await turn('restored')
  await world.pass(minute)
  expect(await lost()).toEqual([events]) // the next check is not due yet
  expect(await prepare()).toMatch(/^EAA/)
  expect(await lost()).toEqual([])
})

test('a loss that several checks find at once, for example after a worker was killed, causes one notification, and so does the recovery', async () => {
  const { checkGrant } = createUpkeepActivities(world.deps)
  const told = async () =>
    (
      await world.sql`select from notices n join channels c on c.id = n.channel_id where c.account_id = ${events}`
    ).length
  const news = async (name: string) =>
    (await world.sql`select from events where name = ${name}`).length
  await turn('lost')
  const before = [
    await told(),
    await news('channel.lost'),
    await news('channel.connected'),
  ] as const
  await Promise.all([checkGrant({ grantId }), checkGrant({ grantId }), checkGrant({ grantId })])
  expect([await lost(), await told(), await news('channel.lost')]).toEqual([
    [events],
    before[0] + 1,
    before[1] + 1,
  ])
  await turn('restored')
  await Promise.all([checkNow(), checkNow()])
  await world.pass(16 * minute)
  expect([await lost(), await news('channel.connected')]).toEqual([[], before[2] + 1])
})

test('a check that began before the person gave consent again changes nothing', async () => {
  const { checkGrant } = createUpkeepActivities(world.deps)
  await turn('lost')
  await world.rig.fault({ endpoint: 'me.accounts', when: 'before', kind: 'slow', delayMs: 1_500 })
  const checking = checkGrant({ grantId })
  await expect
    .poll(async () => (await world.rig.calls({ endpoint: 'debug_token' })).length)
    .toBeGreaterThan(0)
  await new Promise((resolve) => setTimeout(resolve, 500))
  await world.sql`update grants set access_token_sealed = access_token_sealed || '.' where id = ${grantId}`
  await checking
  expect(await lost()).toEqual([])
  await world.sql`update grants set access_token_sealed = rtrim(access_token_sealed, '.') where id = ${grantId}`
  await turn('restored')
})

test('the check stores a new name and handle and fetches the picture', async () => {
  await world.rig.control('POST', `/accounts/meta/pages/${events}/state`, {
    name: 'Northside Live',
    username: 'northside.live',
  })
  await checkNow()
  expect(await account()).toEqual({
    name: 'Northside Live',
    handle: 'northside.live',
    hasAvatar: true,
  })
})

test("the check replaces a Page token that differs from Facebook's current one", async () => {
  const [before] =
    await world.sql`update channels set token_sealed = null where account_id = ${events} returning id`
  await checkNow()
  const [after] = await world.sql<
    { sealed: Buffer | null }[]
  >`select token_sealed as sealed from channels where id = ${before!.id}`
  expect(after!.sealed).not.toBeNull()
})
