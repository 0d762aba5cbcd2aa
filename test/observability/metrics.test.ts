import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { createMeters } from '../../activities/meters.ts'
import { compose } from '../../local/people/story.ts'
import { freePort } from '../../local/ports.ts'
import { serveMetrics } from '../../observability/metrics.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { meterFigures } from '../../web/operate/figures-meter.ts'
import { createHttpMeter } from '../../web/operate/http-meter.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { createTestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { install, untilPage } from '../support/installed.ts'
import { dashboards } from '../support/programs/dashboards.ts'
import { runStarter, stackEnv } from '../support/programs/starter.ts'
import { withoutTemporal } from '../support/without-temporal.ts'

const log = pino({ level: 'silent' })
const id = /[0-9a-f]{8}-[0-9a-f]{4}-/
const figure = (text: string, line: string): number => {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  if (!found) throw new Error(`no "${line}" in\n${text}`)
  return Number(found.slice(line.length + 1))
}

describe('the metrics of the installation', () => {
  test('are read from Postgres and the cluster, use route patterns, and contain no ids or names', async () => {
    const registry = new Registry()
    const meters = {
      observe: createHttpMeter(registry),
      temporal: { ...withoutTemporal, troubled: async () => 3 },
    }
    const house = await createTestApp(meters)
    const read = meterFigures(registry, house.deps)
    await house.sql`insert into outbox (kind, ref_id, created_at) values ('target', gen_random_uuid(), now() - interval '90 seconds')`
    await house.sql`insert into sweeps (rule, removed, left_count, duration_ms, at) values ('media', 1, 2, 3, now() - interval '1 hour')`
    await house.cast.admin.get('/w/northside/posts/0193a000-0000-7000-8000-000000000000')
    await read()
    const text = await registry.metrics()
    expect(figure(text, 'cratesocial_outbox_oldest_age_seconds')).toBeGreaterThanOrEqual(90)
    expect(figure(text, 'cratesocial_sweep_age_seconds{rule="media"}')).toBeGreaterThanOrEqual(
      3_600,
    )
    expect(figure(text, 'cratesocial_targets_overdue')).toBe(0)
    expect(figure(text, 'cratesocial_workflows_in_trouble')).toBe(3)
    expect(figure(text, 'cratesocial_up{part="worker"}')).toBe(1)
    expect(figure(text, 'cratesocial_up{part="disk"}')).toBe(1)
    expect(figure(text, 'cratesocial_disk_free_bytes')).toBeGreaterThan(0)
    expect(text).toContain('route="/w/:workspace/posts/:post"')
    expect(text).not.toMatch(id)
    expect(text).not.toContain('northside')

    house.clock.moveBy(80_000)
    await read()
    expect(figure(await registry.metrics(), 'cratesocial_up{part="worker"}')).toBe(0)
    expect((await house.cast.stranger.get('/health/ready')).status).toBe(503)
  })

  test('count overdue posts, but not those that are held back on purpose', async () => {
    const registry = new Registry()
    const house = await install({ worker: false })
    const stranded = async (text: string, account: string) => {
      const time = wallTimeOf(new Date(Date.now() + 3_600_000), 'Europe/Zurich')
      await compose(
        house.admin,
        house.slug,
        { text, channel: [house.channel(account)], time },
        'Schedule',
      )
    }
    await stranded('Nobody sends this', 'Northside Records')
    await house.sql`update targets set due_at = now() - interval '5 minutes'`
    const { sql, config } = house
    const mediaStore = { freeBytes: async () => 5e9 }
    const platforms = createPlatforms(config)
    const deps = {
      sql,
      config,
      platforms,
      mediaStore,
      log,
      temporal: withoutTemporal,
      now: Date.now,
    }
    const read = meterFigures(registry, deps as never)
    const overdue = async () => {
      await read()
      return figure(await registry.metrics(), 'cratesocial_targets_overdue')
    }
    expect(await overdue()).toBe(1)
    await house.sql`update workspaces set paused_at = now()`
    expect(await overdue()).toBe(0)
  }, 60_000)
})

test('publishing is measured: the delay, and the outcome by platform and kind', {
  timeout: 90_000,
}, async () => {
  const registry = new Registry()
  const house = await install({ meters: createMeters(registry) })
  const dueAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_000)
  const form = {
    text: 'Measured',
    channel: [house.channel('Northside Records')],
    time: wallTimeOf(dueAt, 'Europe/Zurich'),
  }
  const { url } = await compose(house.admin, house.slug, form, 'Schedule')
  await untilPage(house.admin, url, (page) => page.text.includes('published'))
  const text = await registry.metrics()
  expect(
    figure(
      text,
      'cratesocial_targets_ended_total{platform="facebook",kind="text",outcome="published"}',
    ),
  ).toBe(1)
  expect(
    figure(text, 'cratesocial_send_lateness_seconds_count{platform="facebook",kind="text"}'),
  ).toBe(1)
  const late = figure(
    text,
    'cratesocial_send_lateness_seconds_sum{platform="facebook",kind="text"}',
  )
  const [row] =
    await house.sql`select extract(epoch from t.sent_at - t.due_at)::float8 as late from targets t`
  expect(late).toBeCloseTo(row!.late, 1)
  expect(text).not.toMatch(id)
})

test('the metrics port serves nothing but metrics', async () => {
  const port = await freePort()
  const metrics = await serveMetrics({ host: '127.0.0.1', port, log })
  atTheEnd(metrics.close)
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).headers.get('content-type')).toContain(
    'text/plain',
  )
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
})

test('server and worker serve their own metrics, and every alert and dashboard uses metrics that exist', {
  timeout: 120_000,
}, async () => {
  const port = await freePort()
  const env = await stackEnv()
  const starter = runStarter({ ...env, METRICS_PORT: String(port) })
  await starter.ready
  await fetch(`http://localhost:${env.PORT}/sign-in`)
  const scrape = async (at: number) => (await fetch(`http://127.0.0.1:${at}/metrics`)).text()
  const [server, worker] = await Promise.all([scrape(port), scrape(port + 1)])
  expect(figure(server, 'cratesocial_up{part="postgres"}')).toBe(1)
  expect(figure(server, 'cratesocial_up{part="worker"}')).toBe(1)
  expect(worker).toMatch(/^temporal_num_pollers\{/m)
  expect(worker).toMatch(/^temporal_worker_task_slots_available\{.*WorkflowWorker/m)
  const known = server + worker
  const missing = [...askedFor()].filter(
    (name) => !known.includes(`# TYPE ${name.replace(/_(bucket|count|sum)$/, '')} `),
  )
  expect(missing).toEqual([])
})

const observability = fileURLToPath(new URL('../../production/observability/', import.meta.url))

/**
 * Every metric of the product, of Temporal's SDK and of Node that an alert rule or a dashboard
 * uses.
 */
function askedFor(): Set<string> {
  const names = (expression: string) =>
    expression.match(/\b(?:cratesocial|temporal|process|nodejs)_\w+/g) ?? []
  const rules = [
    ...readFileSync(`${observability}alerts.yml`, 'utf8').matchAll(/expr:.*/g),
  ].flatMap(([line]) => names(line))
  const shown = dashboards().flatMap(({ panels }) =>
    panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => names(expr))),
  )
  expect(new Set(rules).size).toBeGreaterThan(10)
  expect(new Set(shown).size).toBeGreaterThan(20)
  return new Set([...rules, ...shown])
}
