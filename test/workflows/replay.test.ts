import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { beforeAll, describe, expect, test } from 'vitest'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { testConfig } from '../support/config.ts'
import { workflowBundle } from '../support/servers/workflow-bundle.ts'

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
})

const folder = fileURLToPath(new URL('../histories/', import.meta.url))
/** Versions of the workflow. Each recorded histories of a different shape. */
const versions = readdirSync(folder)
const recorded = versions.flatMap((version) =>
  readdirSync(join(folder, version)).map((name) => `${version}/${name}`),
)
const read = (name: string) =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as { events: { eventType: string }[] }

const upsert = 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES'

// Bundles the workflows first if they have changed, so that no replay includes the time for it.
beforeAll(async () => {
  await workflowBundle()
})

/**
 * Recorded by `npm run histories`. A change that fails here would break posts in progress, so it
 * needs `patched()`.
 */
describe('posts in progress survive this version of the workflow', () => {
  test.each(versions)(
    '%s: there are histories of every branch, some with search attributes or a first comment, and of keeping authorizations alive',
    (version) => {
      const names = recorded.filter((name) => name.startsWith(`${version}/`))
      expect(
        names.filter((name) => name.includes('/publish-target.')).length,
      ).toBeGreaterThanOrEqual(11)
      expect(names.filter((name) => name.includes('/keep-grant-alive.'))).toHaveLength(2)
      const searchable = names.filter((name) =>
        read(name).events.some((one) => one.eventType === upsert),
      )
      expect(searchable).toContain(`${version}/publish-target.searchable.json`)
      const commented = names.filter((name) => name.includes('/publish-target.comment'))
      expect(commented.length).toBeGreaterThanOrEqual(3)
    },
  )

  test.each(recorded)('%s replays', async (name) => {
    const dataConverter = createDataConverter(testConfig().vaultKeys)
    await Worker.runReplayHistory(
      { workflowBundle: await workflowBundle(), dataConverter },
      read(name),
      name,
    )
  })

  test('the contents of the histories are sealed', () => {
    for (const name of recorded)
      expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(
        /(target|grant|post|report|endpoint|import|media|channel|export)Id|untilMs|prepareAt/,
      )
  })

  test.each(versions)('%s: a workflow that behaves differently is refused', async (version) => {
    const { codePath } = await workflowBundle()
    const steps = {
      'publish-target.published': 'prepareTarget',
      'deliver-webhooks.retried': 'readWebhook',
      'import-posts.made': 'prepareImport',
      'extend-series.made': 'extendAllSeries',
      'review-post.approved': 'readReview',
      'send-reports.sent': 'readSchedule',
    }
    const bundled = readFileSync(codePath, 'utf8')
    const code = Object.values(steps).reduce(
      (text, step) => text.replaceAll(step, `${step}Differently`),
      bundled,
    )
    const options = {
      workflowBundle: { code },
      dataConverter: createDataConverter(testConfig().vaultKeys),
    }
    for (const name of Object.keys(steps)) {
      const replay = Worker.runReplayHistory(options, read(`${version}/${name}.json`), name)
      await expect(replay, name).rejects.toThrow(DeterminismViolationError)
    }
  })
})
