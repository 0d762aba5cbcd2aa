import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { cancelUnsentOf } from '../../db/channels/disconnecting.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockPost } from '../../db/posts/post-locks.ts'
import { setPostTime } from '../../db/posts/posts.ts'
import { decideTarget } from '../../db/posts/target-decisions.ts'
import { cancelPost, movePost, retryTarget } from '../../db/posts/target-moves.ts'
import { reviveTargets } from '../../db/posts/waiting-targets.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

let test: TestApp
let ids: { targetId: string; postId: string; workspaceId: string; channelId: string }
beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  const { channelId } = await insertChannel(test.deps, {
    workspaceId,
    userId: test.cast.admin.id,
    platform: 'facebook',
  })
  ids = {
    ...(await insertTarget(test.deps, { workspaceId, channelId, platform: 'facebook' })),
    workspaceId,
    channelId,
  }
})

const version = async (): Promise<number> =>
  (await test.sql<{ version: number }[]>`select version from posts where id = ${ids.postId}`)[0]!
    .version
const inState = (state: string) =>
  test.sql`update targets set state = ${state}, finished_at = null where id = ${ids.targetId}`
const held = <T>(
  work: (
    t: Parameters<Parameters<typeof tx>[1]>[0],
    post: NonNullable<Awaited<ReturnType<typeof lockPost>>>,
  ) => Promise<T>,
) => tx(test.sql, async (t) => work(t, (await lockPost(t, ids))!))
const tomorrow = () => new Date(Date.now() + 86_400_000)

describe('the version of a post increases', () => {
  const decisions: [string, string, () => Promise<unknown>][] = [
    ['when it is moved', 'scheduled', () => held((t, post) => movePost(t, post, tomorrow()))],
    ['when it is canceled', 'scheduled', () => held((t, post) => cancelPost(t, post))],
    [
      'when one account is tried again',
      'failed',
      () => held((t, post) => retryTarget(t, post, { targetId: ids.targetId, dueAt: tomorrow() })),
    ],
    [
      'when a person says that it is not out',
      'unconfirmed',
      () => held((t, post) => decideTarget(t, post, ids.targetId, { do: 'again' }, new Date())),
    ],
    [
      'when a failure is dismissed',
      'failed',
      () => held((t, post) => decideTarget(t, post, ids.targetId, { do: 'leave' }, new Date())),
    ],
    [
      'when its time as a draft changes',
      'scheduled',
      () => setPostTime(test.sql, ids, { wallTime: randomUUID(), zone: 'UTC', dueAt: tomorrow() }),
    ],
    [
      'when its account is disconnected',
      'scheduled',
      () => tx(test.sql, (t) => cancelUnsentOf(t, ids.channelId)),
    ],
    [
      'whoever writes its words, without asking for it',
      'scheduled',
      () => test.sql`update posts set text = ${randomUUID()} where id = ${ids.postId}`,
    ],
  ]
  it.each(decisions)('%s', async (_words, state, act) => {
    await inState(state)
    const before = await version()
    await act()
    expect(await version()).toBeGreaterThan(before)
  })

  it('when its account is reconnected and it continues', async () => {
    await test.sql`update targets set state = 'scheduled', problem = '{"kind": "reauthorize"}' where id = ${ids.targetId}`
    const before = await version()
    await tx(test.sql, (t) =>
      reviveTargets(t, { workspaceId: ids.workspaceId, channelIds: [ids.channelId] }, new Date()),
    )
    expect(await version()).toBeGreaterThan(before)
  })
})

it('the version does not change while a platform only makes progress, so an open form stays valid', async () => {
  await inState('scheduled')
  const before = await version()
  for (const state of [
    'preparing',
    'ready',
    'sending',
    'processing',
    'published',
    'failed',
    'unconfirmed',
    'missed',
  ])
    await inState(state)
  expect(await version()).toBe(before)
})
