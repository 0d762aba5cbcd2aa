import { beforeAll, describe, expect, it } from 'vitest'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { type TargetState, targetStates } from '../../db/posts/target-states.ts'
import { type TransitionName, transition, transitions } from '../../db/posts/target-transitions.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

type Row = Record<string, unknown>
/** `values`: what the caller gives. `writes`: the columns that change besides the state and its time. */
type Case = { from: TargetState[]; to: TargetState; values?: Row; writes: (row: Row, now: Date) => Row; sql?: (sql: Db) => Row }

const at = new Date('2031-03-04T05:06:07Z')
const problem = { kind: 'rejected', code: '9', words: 'No.' }
const startsOver = { waitingFor: null, notBefore: null, problem: null, finishedAt: null, revision: 4 }
const unsent: TargetState[] = ['scheduled', 'preparing', 'ready']
const underWay: TargetState[] = ['sending', 'processing']
const content = { kind: 'video', text: 'Other words', link: null, settings: { tags: ['vinyl'] } }
const words = 'Facebook to finish processing'

const cases: Record<TransitionName, Case> = {
  schedule: {
    from: [...unsent, 'failed', 'missed', 'canceled'],
    to: 'scheduled',
    values: { content, dueAt: at },
    writes: () => ({ ...startsOver, ...content, dueAt: at }),
  },
  move: {
    from: [...unsent, 'missed'],
    to: 'scheduled',
    values: { dueAt: at },
    writes: () => ({ ...startsOver, dueAt: at }),
  },
  retry: {
    from: ['failed', 'missed', 'canceled'],
    to: 'scheduled',
    values: { dueAt: at },
    writes: () => ({ ...startsOver, dueAt: at }),
  },
  cancel: { from: unsent, to: 'canceled', writes: () => startsOver },
  uncancel: { from: ['canceled'], to: 'scheduled', writes: () => startsOver },
  prepareAnew: { from: unsent, to: 'scheduled', writes: () => startsOver },
  bind: {
    from: ['unconfirmed'],
    to: 'published',
    values: { platformPostId: null, permalink: 'https://facebook.com/7', confirmedBy: 'A person', at },
    writes: ({ sentAt }) => ({
      waitingFor: null,
      problem: null,
      finishedAt: null,
      publishedAt: sentAt,
      permalink: 'https://facebook.com/7',
      confirmedBy: 'A person',
    }),
  },
  sendAgain: {
    from: ['unconfirmed'],
    to: 'preparing',
    values: { dueAt: at },
    writes: (row) => ({
      ...{ waitingFor: null, notBefore: null, problem: null, finishedAt: null, dueAt: at, commentState: null },
      handles: { ...(row.handles as Row), askedAgain: true },
    }),
  },
  prepare: {
    from: ['scheduled', 'preparing'],
    to: 'preparing',
    writes: ({ state, stateAt }, now) => ({ handles: {}, handlesRevision: 3, stateAt: state === 'preparing' ? stateAt : now }),
  },
  makeReadyAtOnce: {
    from: ['scheduled', 'preparing'],
    to: 'ready',
    writes: ({ revision }) => ({ handles: {}, handlesRevision: revision, waitingFor: null, problem: null }),
  },
  makeReady: { from: ['preparing'], to: 'ready', writes: () => ({ waitingFor: null, problem: null }) },
  refuseUnsent: { from: unsent, to: 'failed', values: { problem }, writes: () => ({ waitingFor: null, problem }) },
  miss: { from: unsent, to: 'missed', writes: () => ({ waitingFor: null }) },
  awaitConnection: {
    from: unsent,
    to: 'scheduled',
    values: { words, problem },
    sql: (sql) => ({ notBefore: sql`${at}::timestamptz` }),
    writes: () => ({ waitingFor: words, problem, notBefore: at }),
  },
  revive: { from: ['scheduled', 'failed'], to: 'scheduled', writes: () => startsOver },
  holdBack: {
    from: unsent,
    to: 'unconfirmed',
    values: { words },
    writes: () => ({ waitingFor: words, notBefore: null, revision: 4 }),
  },
  claim: {
    from: ['ready'],
    to: 'sending',
    writes: () => ({ waitingFor: null, problem: null, attemptNumber: 3, sentAt: null, inboxUntil: null }),
  },
  process: { from: underWay, to: 'processing', values: { words }, writes: () => ({ waitingFor: words }) },
  publish: {
    from: [...underWay, 'unconfirmed'],
    to: 'published',
    values: { platformPostId: '42', confirmedBy: 'Its own list' },
    writes: (_, now) => ({
      waitingFor: null,
      problem: null,
      finishedAt: null,
      publishedAt: now,
      platformPostId: '42',
      confirmedBy: 'Its own list',
    }),
  },
  refuse: { from: underWay, to: 'failed', values: { problem }, writes: () => ({ waitingFor: null, problem }) },
  tryAgainPreparing: {
    from: underWay,
    to: 'preparing',
    values: { words, notBefore: at },
    writes: () => ({ waitingFor: words, notBefore: at }),
  },
  tryAgainReady: {
    from: underWay,
    to: 'ready',
    values: { words, notBefore: null },
    writes: () => ({ waitingFor: words, notBefore: null }),
  },
  giveUp: { from: underWay, to: 'unconfirmed', values: { words }, writes: () => ({ waitingFor: words }) },
  erase: {
    from: [...underWay, 'published', 'unconfirmed'],
    to: 'erased',
    writes: (_, now) => ({
      waitingFor: null,
      notBefore: null,
      inboxUntil: null,
      handles: {},
      handlesRevision: null,
      problem: null,
      platformPostId: null,
      permalink: null,
      confirmedBy: null,
      finishedAt: now,
      revision: 4,
      commentState: null,
      commentId: null,
      commentProblem: null,
      commentProof: null,
      commentNotBefore: null,
    }),
  },
}

let test: TestApp
/** One target in each state, with a value in every column that the state allows. */
const ids = {} as Record<TargetState, string>

beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  const { channelId } = await insertChannel(test.deps, { workspaceId, userId: test.cast.admin.id, platform: 'facebook' })
  for (const state of targetStates) {
    const { targetId } = await insertTarget(test.deps, { workspaceId, channelId, platform: 'facebook' })
    ids[state] = targetId
    const old = new Date('2020-02-03T04:05:06Z')
    await test.sql`
      update targets set state = ${state}, state_at = ${old}, link = 'https://crates.example', waiting_for = 'The time', not_before = ${old},
        revision = 3, attempt_number = 2, inbox_until = ${old}, sent_at = ${old}, published_at = ${old}, finished_at = ${old}, comment_number = 1,
        comment_since = ${old}, commented_at = ${old}
      where id = ${targetId}`
    if (state !== 'erased')
      await test.sql`
        update targets set handles = '{"containerId": "1"}', handles_revision = 2, problem = '{"kind": "reauthorize"}',
          platform_post_id = ${`of ${state}`}, permalink = 'https://facebook.com/1', confirmed_by = 'The answer', comment_state = 'failed',
          comment_not_before = ${old}, comment_problem = '{"kind": "rejected"}', comment_proof = 'Its list', comment_id = '1'
        where id = ${targetId}`
  }
})

class Undo extends Error {}

/** Runs the transition, returns the row before and after, and undoes it. */
const carryOut = async (
  name: TransitionName,
  state: TargetState,
): Promise<{ moved: number; before: Row; after: Row; now: Date }> => {
  const { values, sql: fragments } = cases[name]
  let result: Awaited<ReturnType<typeof carryOut>> | undefined
  await tx(test.sql, async (t) => {
    const read = async () => (await t<Row[]>`select t.*, now() from targets t where id = ${ids[state]}`)[0]!
    const { now, ...before } = await read()
    const given = values || fragments ? [{ ...values, ...fragments?.(t) }] : []
    const run = transition as unknown as (sql: Db, name: string, which: object, ...given: unknown[]) => PromiseLike<unknown[]>
    const moved = await run(t, name, { where: t`t.id = ${ids[state]}` }, ...given)
    const { now: _, ...after } = await read()
    result = { moved: moved.length, before, after, now: now as Date }
    throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error
  })
  return result!
}

describe.each(Object.entries(cases) as [TransitionName, Case][])('%s', (name, { from, to, writes }) => {
  it.each(from)('moves a target that is %s and writes its columns, no others', async (state) => {
    const { moved, before, after, now } = await carryOut(name, state)
    expect(moved).toBe(1)
    expect(after).toEqual({ ...before, state: to, stateAt: now, ...writes(before, now) })
  })

  it.each(targetStates.filter((state) => !from.includes(state)))('leaves a target that is %s as it is', async (state) => {
    const { moved, before, after } = await carryOut(name, state)
    expect(moved).toBe(0)
    expect(after).toEqual(before)
  })
})

it('every state can be reached, and nothing leads out of erased', () => {
  const reached = new Set<TargetState>(['scheduled'])
  const steps: { from: readonly TargetState[]; to: TargetState }[] = Object.values(transitions)
  for (let size = 0; size < reached.size; ) {
    size = reached.size
    for (const { from, to } of steps) if (from.some((state) => reached.has(state))) reached.add(to)
  }
  expect([...reached].sort()).toEqual([...targetStates].sort())
  expect(steps.filter(({ from }) => from.includes('erased'))).toEqual([])
})
