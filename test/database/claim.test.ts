import { beforeAll, expect, it } from 'vitest'
import { afterCalls, claimAndLeave, watchFlight } from '../../activities/posts/claims.ts'
import { tx } from '../../db/postgres/connect.ts'
import { type ClaimWish, claimTargets } from '../../db/posts/attempts.ts'
import { findTarget } from '../../db/posts/targets.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'

let test: TestApp
let channelId: string
beforeAll(async () => {
  test = await createTestApp()
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  channelId = (await connectAll(test.deps, who)).facebook
})

const ready = async (dueAt: string): Promise<string> => {
  const { targetId } = await insertTarget(test.deps, {
    workspaceId: test.workspaces.northside,
    channelId,
    platform: 'facebook',
  })
  await test.sql`
    update targets set state = 'ready', handles_revision = revision, due_at = ${dueAt}::text::timestamptz where id = ${targetId}`
  return targetId
}
const wishOf = async (targetId: string): Promise<ClaimWish> => {
  const target = await findTarget(test.sql, targetId)
  if (!target) throw new Error('the target is gone')
  return { ...target, fingerprint: Buffer.alloc(32, 7), now: new Date() }
}
const claim = async (targetId: string) =>
  (await claimTargets(test.sql, [await wishOf(targetId)])).get(targetId)
const manyReady = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => ready(justNow())))
const justNow = (): string => new Date().toISOString()

it('a target that is ready is claimed once', async () => {
  const targetId = await ready(justNow())
  expect(await claim(targetId)).toMatchObject({ number: 1 })
  expect(await claim(targetId)).toBeUndefined()
})

it('a claim compares times by milliseconds, so a time that another program wrote with microseconds matches', async () => {
  expect(await claim(await ready(justNow().replace('Z', '456Z')))).toMatchObject({ number: 1 })
})

it('several targets are claimed in one statement, each with its attempt, and those that may not be sent are left out', async () => {
  const [first = '', canceled = '', second = ''] = await manyReady(3)
  const wishes = await Promise.all([first, canceled, second].map(wishOf))
  await test.sql`update targets set state = 'canceled', revision = revision + 1 where id = ${canceled}`
  const claims = await claimTargets(test.sql, wishes)
  expect([...claims.keys()].sort()).toEqual([first, second].sort())
  const attempts = await test.sql`
    select a.id, a.number, a.fingerprint, t.state from attempts a join targets t on t.id = a.target_id where t.id in (${first}, ${canceled}, ${second})`
  expect(attempts).toHaveLength(2)
  for (const attempt of attempts)
    expect(attempt).toMatchObject({ number: 1, fingerprint: Buffer.alloc(32, 7), state: 'sending' })
  expect(attempts.map(({ id }) => id).sort()).toEqual(
    [...claims.values()].map(({ attemptId }) => attemptId).sort(),
  )
})

it('a locked row delays no other claim and is claimed once it is unlocked', async () => {
  const [free = '', held = ''] = await manyReady(2)
  const wishes = await Promise.all([free, held].map(wishOf))
  let alone: ReturnType<typeof claim> | undefined
  await tx(test.sql, async (t) => {
    await t`select from targets where id = ${held} for update`
    expect([...(await claimTargets(test.sql, wishes)).keys()]).toEqual([free])
    alone = claim(held)
  })
  expect(await alone).toMatchObject({ number: 1 })
})

it('a hundred targets of the same moment are each sent once, right after their claims, and outcomes are written once none is waiting to be sent', async () => {
  const wishes = await Promise.all((await manyReady(100)).map(wishOf))
  const order: string[] = []
  const departures = [...wishes, ...wishes.slice(0, 10)].map((wish) => {
    let begun = false
    const begin = () => {
      begun = true
    }
    return claimAndLeave(test.sql, wish, begin, async (claim) => {
      expect(begun).toBe(true)
      if (claim) order.push('left')
    })
  })
  const written = afterCalls(test.sql, async () => order.push('written'))
  await Promise.all(departures)
  await written
  expect(order).toEqual([...Array.from({ length: 100 }, () => 'left'), 'written'])
  const [row] =
    await test.sql`select count(*)::int from attempts where target_id = any(${wishes.map(({ id }) => id)})`
  expect(row?.count).toBe(100)
})

it('an outcome is written when no other call is in flight, and after a second at the latest', async () => {
  const order: string[] = []
  const call = async (tookMs: number) => {
    await new Promise((resolve) => setTimeout(resolve, tookMs))
    order.push('answered')
    if (tookMs > 100) throw new Error('it broke')
  }
  for (const tookMs of [50, 200]) watchFlight(test.sql, call(tookMs))
  const written = afterCalls(test.sql, async () => order.push('written'))
  await written
  expect(order).toEqual(['answered', 'answered', 'written'])

  watchFlight(test.sql, new Promise(() => undefined))
  expect(await afterCalls(test.sql, async () => 'written all the same')).toBe(
    'written all the same',
  )
})

it('two sends of one target that are due at the same moment share one claim, which goes to the one with the current revision', async () => {
  const [targetId = '', other = ''] = await manyReady(2)
  const current = await wishOf(targetId)
  const outdated = { ...current, revision: current.revision - 1 }
  const leaveWith = (name: string) => async (claim: unknown) => claim && name
  const begin = () => undefined
  const left = await Promise.all([
    claimAndLeave(test.sql, outdated, begin, leaveWith('outdated')),
    claimAndLeave(test.sql, current, begin, leaveWith('first')),
    claimAndLeave(test.sql, current, begin, leaveWith('second')),
    claimAndLeave(test.sql, await wishOf(other), begin, leaveWith('other')),
  ])
  expect(['first other', 'other second']).toContain(
    left
      .filter((name) => name)
      .sort()
      .join(' '),
  )
  expect(await test.sql`select from attempts where target_id = ${targetId}`).toHaveLength(1)
})

it('if a batch of claims fails, all of its sends fail, and later ones work', async () => {
  const [first = '', second = ''] = await manyReady(2)
  const [wish, other] = [await wishOf(first), await wishOf(second)]
  const broken = { ...wish, fingerprint: 'no bytes' as unknown as Buffer }
  const leave = async () => 'left'
  const begin = () => undefined
  const told = await Promise.allSettled(
    [broken, other].map((one) => claimAndLeave(test.sql, one, begin, leave)),
  )
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await claimAndLeave(test.sql, other, begin, async (claim) => claim?.number)).toBe(1)
})
