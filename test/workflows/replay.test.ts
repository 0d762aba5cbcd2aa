import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { beforeAll, describe, expect, test } from 'vitest'
import { createDataConverter } from '../../activities/data-converter.ts'
import { testConfig } from '../support/config.ts'
import { workflowBundle } from '../support/workflow-bundle.ts'

Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {}, filter: 'OFF' } } })

const folder = new URL('../histories/', import.meta.url).pathname
const recorded = readdirSync(folder).filter((name) => name.endsWith('.json'))
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { events: { eventType: string }[] }

const upsert = 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES'

// Made anew when the workflows changed, which is no part of a replay.
beforeAll(async () => {
  await workflowBundle()
})

/** Recorded by `npm run histories`. A change that fails here would break posts that are under way: it needs `patched()`. */
describe('posts that are under way survive this version of the workflow', () => {
  test('there is a history of every branch, some with search attributes, and of what keeps authorizations alive', () => {
    expect(recorded.filter((name) => name.startsWith('publish-target.')).length).toBeGreaterThanOrEqual(11)
    expect(recorded.filter((name) => name.startsWith('keep-grant-alive.'))).toHaveLength(2)
    const searchable = recorded.filter((name) => read(name).events.some((one) => one.eventType === upsert))
    expect(searchable).toContain('publish-target.searchable.json')
  })

  test.each(recorded)('%s replays', async (name) => {
    const dataConverter = createDataConverter(testConfig().vaultKeys)
    await Worker.runReplayHistory({ workflowBundle: await workflowBundle(), dataConverter }, read(name), name)
  })

  test('what the histories hold is sealed', () => {
    for (const name of recorded) expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/targetId|grantId|untilMs/)
  })

  test('a workflow that does other things is refused', async () => {
    const { codePath } = await workflowBundle()
    const code = readFileSync(codePath, 'utf8').replaceAll('prepareTarget', 'prepareDifferently')
    const options = { workflowBundle: { code }, dataConverter: createDataConverter(testConfig().vaultKeys) }
    const replay = Worker.runReplayHistory(options, read('publish-target.published.json'), 'published')
    await expect(replay).rejects.toThrow(DeterminismViolationError)
  })
})
