import { beforeAll, describe, expect, it } from 'vitest'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { type TargetState, targetStates } from '../../db/posts/target-states.ts'
import { type TransitionName, transition, transitions } from '../../db/posts/target-transitions.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { type Case, cases, type Row } from './transition-cases.ts'

let test: TestApp
/** One target in each state, with a value in every column that the state allows. */
const ids = {} as Record<TargetState, string>

beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  const { channelId } = await insertChannel(test.deps, {
    workspaceId,
    userId: test.cast.admin.id,
    platform: 'facebook',
  })
  for (const state of targetStates) {
    const { targetId } = await insertTarget(test.deps, {
      workspaceId,
      channelId,
      platform: 'facebook',
    })
    ids[state] = targetId
    const old = new Date('2020-02-03T04:05:06Z')
    await test.sql`
      update targets set state = ${state}, state_at = ${old}, link = 'https://crates.example', waiting_for = 'The time', not_before = ${old},
        revision = 3, attempt_number = 2, queued = true, inbox_until = ${old}, sent_at = ${old}, published_at = ${old}, finished_at = ${old}, comment_number = 1,
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
    const read = async () =>
      (await t<Row[]>`select t.*, now() from targets t where id = ${ids[state]}`)[0]!
    const { now, ...before } = await read()
    const given = values || fragments ? [{ ...values, ...fragments?.(t) }] : []
    const run = transition as unknown as (
      sql: Db,
      name: string,
      which: object,
      ...given: unknown[]
    ) => PromiseLike<unknown[]>
    const moved = await run(t, name, { where: t`t.id = ${ids[state]}` }, ...given)
    const { now: _, ...after } = await read()
    result = { moved: moved.length, before, after, now: now as Date }
    throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error
  })
  return result!
}

describe.each(Object.entries(cases) as [TransitionName, Case][])(
  '%s',
  (name, { from, to, writes }) => {
    it.each(from)('moves a target that is %s and writes its columns, no others', async (state) => {
      const { moved, before, after, now } = await carryOut(name, state)
      expect(moved).toBe(1)
      expect(after).toEqual({ ...before, state: to, stateAt: now, ...writes(before, now) })
    })

    it.each(targetStates.filter((state) => !from.includes(state)))(
      'leaves a target that is %s as it is',
      async (state) => {
        const { moved, before, after } = await carryOut(name, state)
        expect(moved).toBe(0)
        expect(after).toEqual(before)
      },
    )
  },
)

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
