import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { atTheEnd } from '../support/at-the-end.ts'
import { dashboards } from '../support/programs/dashboards.ts'
import { debianProgram } from '../support/servers/debian-program.ts'

const folder = fileURLToPath(new URL('../../production/observability/', import.meta.url))

test('alert rules fire when they should, even if the server that reports the metrics is down', {
  timeout: 120_000,
}, async () => {
  const { program } = await debianProgram('promtool', ['prometheus'])
  const { stdout } = await promisify(execFile)(program, ['test', 'rules', 'alerts.test.yml'], {
    cwd: folder,
  })
  expect(stdout).toContain('SUCCESS')
})

test('every alert is explained in docs/operate.md', () => {
  const { groups } = parse(readFileSync(`${folder}alerts.yml`, 'utf8')) as {
    groups: { rules: { alert: string }[] }[]
  }
  const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))
  expect(names.length).toBeGreaterThan(10)
  const explained = readFileSync(
    fileURLToPath(new URL('../../docs/operate.md', import.meta.url)),
    'utf8',
  )
  expect(
    names.filter((name) => !new RegExp(`^\\| [^|]*\\b${name}\\b[^|]*\\|`, 'm').test(explained)),
  ).toEqual([])
})

test('Prometheus and Alertmanager accept the configuration files that they start with, and every dashboard expression', {
  timeout: 120_000,
}, async () => {
  const { program: promtool } = await debianProgram('promtool', ['prometheus'])
  const { program: amtool } = await debianProgram('amtool', ['prometheus-alertmanager'])
  const run = promisify(execFile)
  const place = await mkdtemp(join(tmpdir(), 'cratesocial-prometheus-'))
  atTheEnd(() => rm(place, { recursive: true, force: true }))
  // The container has the rules at this path.
  const settings = readFileSync(`${folder}prometheus.yml`, 'utf8').replace(
    '/etc/prometheus/alerts.yml',
    `${folder}alerts.yml`,
  )
  await writeFile(join(place, 'prometheus.yml'), settings)
  expect(
    (await run(promtool, ['check', 'config', join(place, 'prometheus.yml')])).stdout,
  ).toContain('rules found')
  expect((await run(amtool, ['check-config', `${folder}alertmanager.yml`])).stdout).toContain(
    'SUCCESS',
  )
  const expressions = dashboards().flatMap(({ panels }) =>
    panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  )
  const rules = expressions.map((expr, index) => ({ record: `shown:${index}`, expr }))
  await writeFile(join(place, 'shown.yml'), JSON.stringify({ groups: [{ name: 'shown', rules }] }))
  const { stdout } = await run(promtool, ['check', 'rules', join(place, 'shown.yml')])
  expect(stdout).toContain(`${expressions.length} rules found`)
})

test('dashboards use configured data sources, and their panels neither overlap nor exceed the page', () => {
  const { datasources } = parse(
    readFileSync(`${folder}grafana/datasources/sources.yml`, 'utf8'),
  ) as {
    datasources: { uid: string }[]
  }
  const known = datasources.map(({ uid }) => uid)
  const all = dashboards()
  expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length)
  for (const { title, panels } of all) {
    const taken = new Set<string>()
    for (const { title: name, gridPos, targets } of panels) {
      for (const { datasource } of targets)
        expect(known, `${title}: ${name}`).toContain(datasource.uid)
      expect(gridPos.x + gridPos.w, `${title}: ${name}`).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title}: ${name} lies on another panel`).toBe(false)
          taken.add(`${x} ${y}`)
        }
    }
  }
})
