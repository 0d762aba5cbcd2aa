import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Config } from '../../config/index.ts'
import { freePort } from '../../local/ports.ts'
import { temporalProgram } from '../../local/temporal/program.ts'
import { startTemporal } from '../../local/temporal/server.ts'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { createTemporal } from '../../web/operate/temporal.ts'
import { createClient } from '../../web/operate/temporal-client.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { launchBrowser, shoot } from '../support/browser/browser.ts'
import { listenUntilTheEnd, signInAs } from '../support/browser/stage.ts'
import { testConfig } from '../support/config.ts'
import { withoutTemporal } from '../support/without-temporal.ts'

let url: string
let config: Config
let house: TestApp
/** In the sealed argument of a workflow. */
const word = 'a-word-that-only-operators-read'
const workflowId = 'target-0193a000-0000-7000-8000-00000000abcd'

beforeAll(async () => {
  const [port, temporalPort, uiPort] = await Promise.all([freePort(), freePort(), freePort()])
  url = `http://localhost:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-ui-'))
  const cacheDir = fileURLToPath(new URL('../../.cache', import.meta.url))
  const cluster = await startTemporal({
    program: await temporalProgram({ cacheDir, env: process.env, say: () => undefined }),
    port: temporalPort,
    ui: { port: uiPort, codecUrl: `${url}/codec` },
    logFile: join(folder, 'temporal.log'),
  })
  atTheEnd(async () => {
    await cluster.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  config = testConfig({
    PUBLIC_URL: url,
    TEMPORAL_ADDRESS: cluster.address,
    TEMPORAL_UI_URL: `http://127.0.0.1:${uiPort}`,
  })
  house = await createTestApp({ config, temporal: await connected(config) })
  listenUntilTheEnd(house, port)
  // The UI starts listening before it has found the cluster.
  await vi.waitFor(async () => expect((await house.cast.operator.get(api)).status).toBe(200), {
    timeout: 30_000,
    interval: 100,
  })
}, 60_000)

/** Our client of the cluster, with one workflow that waits for a worker that never starts. */
const connected = async (config: Config) => {
  const dataConverter = createDataConverter(config.vaultKeys)
  const client = createClient(config.temporal, dataConverter)
  atTheEnd(() => client.connection.close())
  await client.workflow.start('publishTarget', {
    workflowId,
    taskQueue: 'nobody',
    args: [{ targetId: word }],
    staticSummary: 'One post on one channel, from scheduled to its end',
  })
  const deps = {
    config: config.temporal,
    dataConverter,
    log: { debug: () => undefined, warn: () => undefined } as never,
  }
  const temporal = createTemporal({ ...deps, sql: undefined as never })
  atTheEnd(() => temporal.close())
  return { ...withoutTemporal, open: temporal.open }
}

const api = `/temporal/api/v1/namespaces/default/workflows/${workflowId}`

describe('promise S4: the Temporal UI is behind our sign-in', () => {
  test('operators see it, signed-out people sign in first, and for everybody else it does not exist', async () => {
    const { operator, admin, outsider, stranger } = house.cast
    expect((await operator.get('/temporal/')).text).toContain('/temporal/_app/')
    for (const person of [admin, outsider]) {
      for (const path of ['/temporal/', '/temporal/api/v1/settings', api])
        expect((await person.get(path)).status).toBe(404)
      expect((await person.post('/codec/decode')).status).toBe(404)
    }
    expect((await stranger.get('/temporal/')).location).toBe('/sign-in?next=%2Ftemporal%2F')
    expect((await stranger.get(api)).text).not.toContain('publishTarget')
  })

  test('its cookie never reaches a person and ours never reaches the UI; its pages run only their own script', async () => {
    const page = await house.cast.operator.get('/temporal/namespaces/default/workflows')
    expect(page.headers.getSetCookie()).toEqual([])
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/=]+';/)
    expect(policy).not.toMatch(/https?:|\*|script-src[^;]*unsafe/)
    expect(page.headers.get('x-frame-options')).toBe('DENY')
  })

  test('a write requires a password typed within ten minutes; reads and queries do not', async () => {
    house.clock.moveBy(11 * 60_000)
    const headers = { Origin: url, 'Content-Type': 'application/json' }
    const send = (path: string, workflow = api) =>
      house.cast.operator.request(workflow + path, { method: 'POST', body: '{}', headers })
    for (const path of ['/terminate', '/cancel', '/signal/changed', '/reset']) {
      const answer = await send(path)
      expect([path, answer.status, await answer.json()]).toEqual([
        path,
        403,
        expect.objectContaining({ code: 7 }),
      ])
    }
    expect(
      (await send('/query/progress', api.replace('abcd', 'none'))).status,
      'asked of no workflow',
    ).toBe(404)
    const found = await house.cast.operator.get(api)
    expect(JSON.parse(found.text).workflowExecutionInfo.status).toBe(
      'WORKFLOW_EXECUTION_STATUS_RUNNING',
    )
    house.clock.moveBy(-11 * 60_000)
  })

  test('a write from one of our pages reaches the workflow, and one from elsewhere does not', async () => {
    const body = JSON.stringify({ reason: 'test' })
    const write = (origin: string) =>
      house.cast.operator.request(`${api}/terminate`, {
        method: 'POST',
        body,
        headers: { Origin: origin, 'Content-Type': 'application/json' },
      })
    expect((await write('https://evil.example')).status).toBe(403)
    expect((await write(url)).status).toBe(200)
    const found = await house.cast.operator.get(api)
    expect(JSON.parse(found.text).workflowExecutionInfo.status).toBe(
      'WORKFLOW_EXECUTION_STATUS_TERMINATED',
    )
  })

  test('the codec decodes for operators, only from our pages, and never encodes', async () => {
    const history = JSON.parse((await house.cast.operator.get(`${api}/history`)).text)
    const { payloads } = history.history.events[0].workflowExecutionStartedEventAttributes.input
    expect(JSON.stringify(history)).not.toContain(word)
    const decode = async (origin: string, given: unknown) => {
      const headers = { Origin: origin, 'Content-Type': 'application/json' }
      return house.cast.operator.request('/codec/decode', {
        method: 'POST',
        headers,
        body: JSON.stringify(given),
      })
    }
    const opened = (await (await decode(url, { payloads })).json()) as {
      payloads: { data: string }[]
    }
    expect(Buffer.from(opened.payloads[0]!.data, 'base64').toString()).toBe(
      JSON.stringify({ targetId: word }),
    )
    expect((await decode('https://evil.example', { payloads })).status).toBe(403)
    expect((await decode(url, { payloads: 'all' })).status).toBe(422)
    const foreign = {
      metadata: { ...payloads[0].metadata, key: Buffer.from('lost').toString('base64') },
      data: payloads[0].data,
    }
    expect((await decode(url, { payloads: [foreign] })).status).toBe(422)
    expect((await house.cast.operator.post('/codec/encode')).status).toBe(404)
  })
})

test('promise A8: works in a browser, shows the sealed values, and contacts no other origin', {
  timeout: 60_000,
}, async () => {
  const browser = await launchBrowser()
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
  await signInAs(context, house.cast.operator)
  const page = await context.newPage()
  const complaints: string[] = []
  const foreign: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== url)
      foreign.push(request.url())
  })
  await page.goto(`${url}/temporal/`)
  await page.getByRole('link', { name: workflowId }).first().click()
  await page.getByText(word).first().waitFor({ timeout: 20_000 })
  await shoot(page, 'temporal-ui')
  expect(complaints).toEqual([])
  expect(foreign).toEqual([])
  expect((await context.cookies()).map((cookie) => cookie.name)).toEqual(['__Host-session'])
})
