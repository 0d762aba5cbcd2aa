import { readFileSync } from 'node:fs'
import type { WorkflowHandle } from '@temporalio/client'
import { Worker } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { beforeAll, describe, expect, test } from 'vitest'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { targetWorkflowId } from '../../workflows/names.ts'
import { type Installed, install } from '../support/installed.ts'
import { workflowBundle } from '../support/servers/workflow-bundle.ts'

/**
 * How many posts are waiting while a new build takes over. `DEPLOY_POSTS=1000` gives the figures in
 * docs/operate.md.
 */
const posts = Number(process.env.DEPLOY_POSTS ?? 100)
const patience = { timeout: 240_000 + posts * 400 }

let house: Installed
let old: { stop(): Promise<void> }
let builds: { patched: string; careless: string }

beforeAll(async () => {
  house = await install({ worker: false })
  old = await house.startWorker()
  builds = newBuilds(readFileSync((await workflowBundle()).codePath, 'utf8'))
}, 90_000)

/**
 * The next version of the workflow, which reads the row once more per round: once with
 * `patched`, as such a change must be made, and once without it, as it must not. It is made from
 * the bundle that the worker runs, so it is this version with one change.
 */
const newBuilds = (code: string) => {
  const round = /while\s*\(target\.isOpen\)\s*\{/
  const temporal = /(_temporalio_workflow__WEBPACK_IMPORTED_MODULE_\d+__)\.continueAsNew\)\(ref\)/
  const found = code.slice(code.search(round)).match(temporal)?.[1]
  if (!found || !round.test(code))
    throw new Error('the bundle does not look as it did: the change cannot be put in')
  const withChange = (change: string) => code.replace(round, (kept) => `${kept}\n${change}`)
  return {
    patched: withChange(`if ((0, ${found}.patched)('2026-12-reads-twice')) target = await read();`),
    careless: withChange('target = await read();'),
  }
}

const schedule = async (): Promise<void> => {
  const channels = ['Northside Records', 'Northside Café', 'Northside Events'].map((name) =>
    house.channel(name),
  )
  await house.sql`
    with made as (
      insert into posts (workspace_id, state, text, due_at, zone, wall_time)
      select w.id, 'scheduled', 'Waits through a deploy, number ' || n, date_trunc('second', now()) + interval '1 hour', 'UTC', '2026-01-01T00:00'
      from generate_series(1, ${posts}) n cross join workspaces w returning id, workspace_id, text, due_at),
    aimed as (
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at)
      select workspace_id, id, (${channels}::uuid[])[1 + (row_number() over ())::int % 3], 'facebook', 'text', text, due_at from made
      returning id)
    insert into outbox (kind, ref_id, next_try_at) select 'target', id, now() from aimed`
}

/** Makes their time come, as when a person moves them. */
const comeDue = async (): Promise<void> => {
  await house.sql`update targets set due_at = date_trunc('second', now()) + interval '3 seconds', revision = revision + 1`
  await house.sql`insert into outbox (kind, ref_id, next_try_at) select 'target', id, now() from targets`
}

const stateCount = async (state: string): Promise<number> => {
  const [row] = await house.sql`select count(*)::int as n from targets where state = ${state}`
  return row!.n
}
const waiting = async (): Promise<number> => {
  const { count } = await house.client.workflow.count(
    `WorkflowType = 'publishTarget' and ExecutionStatus = 'Running' and State = 'scheduled'`,
  )
  return count
}

const hasTimer = async (handle: WorkflowHandle): Promise<boolean> => {
  const { events } = await handle.fetchHistory()
  return events?.some((event) => event.timerStartedEventAttributes) ?? false
}

describe('a deploy of a new version while posts are waiting', () => {
  test(
    'the old build starts them and the new build completes them, and none is lost or duplicated',
    patience,
    async () => {
      const startedAt = Date.now()
      await schedule()
      await expect.poll(waiting, { timeout: patience.timeout / 2, interval: 500 }).toBe(posts)
      const waitedAt = Date.now()
      const [some] = await house.sql`select id from targets limit 1`
      const handle = house.client.workflow.getHandle(targetWorkflowId(some!.id))
      // A workflow counts as waiting from its start on: the old build has to have run it first.
      await expect.poll(() => hasTimer(handle), { timeout: 30_000 }).toBe(true)
      await old.stop()

      const history = await handle.fetchHistory()
      const dataConverter = createDataConverter(house.config.vaultKeys)
      const replay = (code: string) =>
        Worker.runReplayHistory({ workflowBundle: { code }, dataConverter }, history)
      await expect(replay(builds.careless)).rejects.toThrow(DeterminismViolationError)
      await replay(builds.patched)

      const renewed = await house.startWorker({ code: builds.patched })
      const deployedAt = Date.now()
      await comeDue()
      await expect
        .poll(() => stateCount('published'), { timeout: patience.timeout / 2, interval: 250 })
        .toBe(posts)
      const endedAt = Date.now()

      const texts = (await house.ledger.posts()).map(({ text }) => text)
      expect(texts).toHaveLength(posts)
      expect(new Set(texts).size).toBe(posts)
      const after = await handle.fetchHistory()
      const markers = after.events?.filter(
        (event) => event.markerRecordedEventAttributes?.markerName === 'core_patch',
      )
      expect(markers?.length, 'the new build ran').toBeGreaterThan(0)
      const troubled = await house.client.workflow.count(
        "TemporalReportedProblems in ('category=WorkflowTaskFailed')",
      )
      expect(troubled.count).toBe(0)
      await renewed.stop()
      const figures = {
        posts,
        startS: seconds(startedAt, waitedAt),
        deployS: seconds(waitedAt, deployedAt),
        finishS: seconds(deployedAt, endedAt),
      }
      if (process.env.DEPLOY_POSTS) console.log(JSON.stringify({ deploy: figures }))
    },
  )
})

const seconds = (from: number, to: number): number => Math.round((to - from) / 100) / 10
