import { trace } from '@opentelemetry/api'
import { beforeAll, describe, expect, test } from 'vitest'
import { compose } from '../../local/people/story.ts'
import { createLog } from '../../observability/log.ts'
import { startTracing, type Tracing } from '../../observability/tracing.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { targetWorkflowId } from '../../workflows/names.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'
import { type Collector, type Span, startCollector } from '../support/servers/collector.ts'

const lines: Record<string, unknown>[] = []
const log = createLog('test', 'debug', {
  write: (line: string) => void lines.push(JSON.parse(line)),
})
const text = 'Zwetschgenlied am Fluss'

let collector: Collector
let tracing: Tracing
let house: Installed
let targetId: string
/** Follows one post from the click to its page at the platform, then delivers all spans. */
beforeAll(async () => {
  collector = await startCollector()
  const config = { endpoint: collector.endpoint, headers: { 'x-key': 'of the collector' } }
  tracing = startTracing({ config, service: 'cratesocial-test', log })
  house = await install({ log, tracing })
  const time = wallTimeOf(new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_000), 'Europe/Zurich')
  const { url } = await compose(
    house.admin,
    house.slug,
    { text, channel: [house.channel('Northside Records')], time },
    'Schedule',
  )
  await untilPage(house.admin, url, (page) => page.text.includes('published'))
  const [target] = await house.sql`select id from targets`
  targetId = target!.id
  const { workflow } = house.client
  await workflow.getHandle(targetWorkflowId(targetId)).result()
  await house.admin.open('/no/such/page?code=abc123secret')
  const missing = {
    method: 'POST',
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  }
  await house.admin.request('/sign-in', missing)
  await trace.getTracer('test').startActiveSpan('fails', async (span) => {
    span.recordException(new TypeError('ada@example.com is not a number'))
    span.setAttributes({ 'user.email': 'ada@example.com' }).end()
  })
  await tracing.close()
}, 120_000)

const attribute = (span: Span, name: string) =>
  span.attributes.find(({ key }) => key === name)?.value.stringValue
const named = (name: string) => collector.spans.filter((span) => span.name === name)
const ofTarget = () =>
  collector.spans.filter(
    (span) => attribute(span, 'temporalWorkflowId') === targetWorkflowId(targetId),
  )

describe('spans, if a collector is configured,', () => {
  test('connect the click, the start of the workflow and the publishing call in one trace', () => {
    const [click] = named('POST /w/:workspace/posts')
    const [start] = named('SignalWithStartWorkflow:publishTarget')
    const [sent] = named('RunActivity:sendTarget')
    expect(attribute(click!, 'http.route')).toBe('/w/:workspace/posts')
    expect(start).toMatchObject({ traceId: click!.traceId, parentSpanId: click!.spanId })
    expect(sent).toMatchObject({ traceId: click!.traceId, parentSpanId: start!.spanId })
    const steps = ofTarget().map(({ name }) => name)
    expect(steps).toEqual(
      expect.arrayContaining([
        'RunActivity:readTarget',
        'RunActivity:sendTarget',
        'RunActivity:finishTarget',
      ]),
    )
    const told = lines.find((line) => line.msg === 'workflows were started or signaled')
    expect(told).toMatchObject({ traceId: click!.traceId })
  })

  test('are sent with the headers that the collector requires', () => {
    expect(collector.headers['x-key']).toBe('of the collector')
  })

  test('start a new trace, whatever headers a visitor sends', () => {
    const [answer] = named('POST /sign-in')
    expect(answer!.parentSpanId ?? '').toBe('')
    expect(answer!.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c')
  })

  test('promise S3: contain only names and ids: no text, person, address or query', () => {
    const all = collector.texts.join('\n')
    const secrets = [
      text,
      'example.com',
      'Northside Records',
      'Ada',
      house.slug,
      'secret',
      'no/such',
      'access_token',
      'EAA',
    ]
    for (const secret of secrets) expect(all).not.toContain(secret)
    const names = new Set(
      collector.spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)),
    )
    expect([...names].sort()).toEqual([
      'error.type',
      'http.request.method',
      'http.response.status_code',
      'http.route',
      'run_id',
      'temporalActivityId',
      'temporalWorkflowId',
    ])
    const [failed] = named('fails')
    expect(failed).toMatchObject({
      attributes: [{ key: 'error.type', value: { stringValue: 'TypeError' } }],
      events: [],
    })
  })
})
