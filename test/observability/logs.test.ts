import { beforeAll, describe, expect, test } from 'vitest'
import { compose } from '../../local/people/story.ts'
import { createLog, temporalLines } from '../../observability/log.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { exportWorkflowId, targetWorkflowId } from '../../workflows/names.ts'
import { type Installed, install } from '../support/installed.ts'

const lines: Record<string, unknown>[] = []
const log = createLog('test', 'debug', {
  write: (line: string) => void lines.push(JSON.parse(line)),
})

let house: Installed
beforeAll(async () => {
  house = await install({ log, worker: false })
}, 90_000)

describe('a log line', () => {
  test('promise S3: about a failed statement contains no value of its row', async () => {
    const [user] = await house.sql`select email, name from users limit 1`
    const failed =
      await house.sql`insert into users (email, name, password_hash) values (${user!.email}, 'x', 'y')`.catch(
        (error) => error,
      )
    expect(JSON.stringify({ ...failed })).toContain(user!.email)
    log.warn({ err: failed }, 'it failed')
    const line = lines.at(-1)!
    expect(line.err).toMatchObject({
      type: 'PostgresError',
      code: '23505',
      message: expect.stringContaining('users_email_unique'),
    })
    expect(JSON.stringify(line)).not.toContain(user!.email)
  })

  test('promise S3: contains no token, however deeply nested', () => {
    const cause = new Error('GET /me?access_token=EAAsecretsecret said no')
    log.warn(
      {
        err: new Error('Bearer abcdefghijkl was refused', { cause }),
        deep: { er: { accessToken: 'act.hidden!1' } },
      },
      'refused',
    )
    const text = JSON.stringify(lines.at(-1))
    expect(text).toContain('[redacted]')
    for (const secret of ['EAAsecret', 'abcdefghijkl', 'act.hidden'])
      expect(text).not.toContain(secret)
  })

  test('contains the reason of an error, whatever its field is called and however deeply nested', () => {
    const lost = new TypeError('the pipe is closed', { cause: new Error('nobody reads it') })
    log.warn(
      { error: lost, tries: [{ reason: new Error('no answer') }], at: new Date(0) },
      'it failed',
    )
    expect(lines.at(-1)).toMatchObject({
      error: {
        type: 'TypeError',
        message: 'the pipe is closed',
        cause: { message: 'nobody reads it' },
        stack: expect.any(String),
      },
      tries: [{ reason: { type: 'Error', message: 'no answer' } }],
      at: '1970-01-01T00:00:00.000Z',
    })
    log.warn({ err: new AggregateError([new Error('refused at 127.0.0.1')]) }, 'it failed')
    expect(lines.at(-1)).toMatchObject({ err: { errors: [{ message: 'refused at 127.0.0.1' }] } })
  })

  test('from Temporal has its level and reason, and none of the other properties of an error', () => {
    const error = Object.assign(new Error('Activity failed'), {
      detail: 'Key (email)=(ada@example.com)',
      query: 'insert',
    })
    temporalLines(log)({
      level: 'ERROR',
      message: 'Failed to initiate shutdown',
      meta: { error, workerId: '7' },
    })
    expect(lines.at(-1)).toMatchObject({
      level: 50,
      msg: 'Failed to initiate shutdown',
      temporal: { error: { message: 'Activity failed' }, workerId: '7' },
    })
    expect(JSON.stringify(lines.at(-1))).not.toContain('ada@example.com')
  })

  test('is finite even if errors and fields contain themselves', () => {
    const error: Error = new Error('round')
    error.cause = error
    const fields: Record<string, unknown> = { error }
    fields.self = fields
    log.warn(fields, 'it failed')
    // pino copies the fields once before it formats them: `self` is the original, and the cycle is
    // inside it.
    expect(lines.at(-1)).toMatchObject({
      error: { message: 'round', cause: '[circular]' },
      self: { self: '[circular]' },
    })
    log.warn({ err: 'a thrown text could be anything' }, 'it failed')
    expect(lines.at(-1)).toMatchObject({ err: 'string' })
  })

  test('contains the request id, which the workflow that it started has too', {
    timeout: 60_000,
  }, async () => {
    const time = wallTimeOf(new Date(Date.now() + 86_400_000), 'Europe/Zurich')
    const text = 'Followed from the click to the workflow'
    await compose(
      house.admin,
      house.slug,
      { text, channel: [house.channel('Northside Records')], time },
      'Schedule',
    )
    const [target] = await house.sql`select id from targets`
    const told = lines.find((line) => line.msg === 'workflows were started or signaled')
    expect(told).toMatchObject({
      workflows: [targetWorkflowId(target!.id)],
      requestId: expect.any(String),
    })
    const request = lines.find(
      (line) => line.msg === 'request' && line.requestId === told!.requestId,
    )
    expect(request).toMatchObject({ method: 'POST', route: '/w/:workspace/posts' })
    const { memo } = await house.client.workflow.getHandle(targetWorkflowId(target!.id)).describe()
    expect(memo).toEqual({ requestId: told!.requestId })
    expect(JSON.stringify(lines)).not.toContain(text)
  })

  test('contains the request id throughout outbox, relay, workflow and activities', {
    timeout: 90_000,
  }, async () => {
    const since = lines.length
    const worker = await house.startWorker()
    try {
      await house.admin.open('/account').then((page) => page.press('Export data'))
      const told = (kind: string) =>
        lines
          .slice(since)
          .find((line) => line.msg === 'outbox rows were handled' && line.kind === kind)
      // The mail with the link is requested by an activity of the workflow that the relay has
      // started.
      await expect.poll(() => told('mail-link'), { timeout: 60_000 }).toBeDefined()
      const click = lines.find((line) => line.route === '/account/export' && line.method === 'POST')
      expect(click?.requestId).toEqual(expect.any(String))
      expect(told('export')).toMatchObject({ requestId: click!.requestId })
      expect(told('mail-link')).toMatchObject({ requestId: click!.requestId })
      const [exportId = ''] = told('export')!.refs as string[]
      const { memo } = await house.client.workflow.getHandle(exportWorkflowId(exportId)).describe()
      expect(memo).toEqual({ requestId: click!.requestId })
    } finally {
      await worker.stop()
    }
  })

  test('of the publishing call names the request of the last click', {
    timeout: 90_000,
  }, async () => {
    const since = lines.length
    const worker = await house.startWorker()
    try {
      const text = 'Scheduled by one click, moved by the next'
      const channel = [house.channel('Northside Records')]
      const later = wallTimeOf(new Date(Date.now() + 3_600_000), 'Europe/Zurich')
      const { url } = await compose(
        house.admin,
        house.slug,
        { text, channel, time: later },
        'Schedule',
      )
      // A row that is handled late, or by two processes, would signal with the first request again.
      await expect.poll(() => house.sql`select from outbox`).toHaveLength(0)
      const soon = wallTimeOf(
        new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_000),
        'Europe/Zurich',
      )
      const moving = await house.admin.open(url).then((page) => page.follow('Reschedule'))
      await moving.press('Move', { time: soon })
      const left = () => lines.slice(since).find((line) => line.msg === 'the call left')
      await expect.poll(left, { timeout: 60_000 }).toBeDefined()
      const clicks = lines
        .slice(since)
        .filter((line) => line.msg === 'request' && line.method === 'POST')
      expect(clicks.length).toBeGreaterThan(1)
      expect(left()!.requestId).toBe(clicks.at(-1)!.requestId)
      expect(left()!.requestId).not.toBe(clicks[0]!.requestId)
    } finally {
      await worker.stop()
    }
  })
})
