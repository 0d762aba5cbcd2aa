import { beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../log.ts'
import { wallTimeOf } from '../../web/wall-time.ts'
import { exportWorkflowId, targetWorkflowId } from '../../workflows/names.ts'
import { type Installed, install } from '../support/installed.ts'
import { compose } from '../support/story.ts'

const lines: Record<string, unknown>[] = []
const log = createLog('test', 'debug', { write: (line: string) => void lines.push(JSON.parse(line)) })

let house: Installed
beforeAll(async () => {
  house = await install({ log, worker: false })
}, 90_000)

describe('a line of the log', () => {
  test('promise S3: of a failed statement quotes no value of its row', async () => {
    const [user] = await house.sql`select email, name from users limit 1`
    const failed = await house.sql`insert into users (email, name, password_hash) values (${user!.email}, 'x', 'y')`.catch(
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

  test('promise S3: shows no token, however deep it stands', () => {
    const cause = new Error('GET /me?access_token=EAAsecretsecret said no')
    log.warn(
      { err: new Error('Bearer abcdefghijkl was refused', { cause }), deep: { er: { accessToken: 'act.hidden!1' } } },
      'refused',
    )
    const text = JSON.stringify(lines.at(-1))
    expect(text).toContain('[redacted]')
    for (const secret of ['EAAsecret', 'abcdefghijkl', 'act.hidden']) expect(text).not.toContain(secret)
  })

  test('carries the id of the request, which the workflow that it started carries too', { timeout: 60_000 }, async () => {
    const time = wallTimeOf(new Date(Date.now() + 86_400_000), 'Europe/Zurich')
    const text = 'Followed from the click to the workflow'
    await compose(house.admin, house.slug, { text, channel: [house.channel('Northside Records')], time }, 'Schedule')
    const [target] = await house.sql`select id from targets`
    const told = lines.find((line) => line.msg === 'workflows were told')
    expect(told).toMatchObject({ workflows: [targetWorkflowId(target!.id)], requestId: expect.any(String) })
    const request = lines.find((line) => line.msg === 'request' && line.requestId === told!.requestId)
    expect(request).toMatchObject({ method: 'POST', route: '/w/:workspace/posts' })
    const { memo } = await house.client.workflow.getHandle(targetWorkflowId(target!.id)).describe()
    expect(memo).toEqual({ requestId: told!.requestId })
    expect(JSON.stringify(lines)).not.toContain(text)
  })

  test('goes with the request through outbox, relay, workflow and activities', { timeout: 90_000 }, async () => {
    const since = lines.length
    const worker = await house.startWorker()
    try {
      await house.admin.open('/account').then((page) => page.press('Make the file'))
      const told = (kind: string) => lines.slice(since).find((line) => line.msg === 'the outbox was told' && line.kind === kind)
      // The letter with the link is asked for by an activity of the workflow that the relay has started.
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

  test('names the request of the last click at the call that publishes', { timeout: 90_000 }, async () => {
    const since = lines.length
    const worker = await house.startWorker()
    try {
      const text = 'Scheduled by one click, moved by the next'
      const channel = [house.channel('Northside Records')]
      const later = wallTimeOf(new Date(Date.now() + 3_600_000), 'Europe/Zurich')
      const { url } = await compose(house.admin, house.slug, { text, channel, time: later }, 'Schedule')
      const soon = wallTimeOf(new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_000), 'Europe/Zurich')
      const moving = await house.admin.open(url).then((page) => page.follow('Reschedule'))
      await moving.press('Move', { time: soon })
      const left = () => lines.slice(since).find((line) => line.msg === 'the call left')
      await expect.poll(left, { timeout: 60_000 }).toBeDefined()
      const clicks = lines.slice(since).filter((line) => line.msg === 'request' && line.method === 'POST')
      expect(clicks.length).toBeGreaterThan(1)
      expect(left()!.requestId).toBe(clicks.at(-1)!.requestId)
      expect(left()!.requestId).not.toBe(clicks[0]!.requestId)
    } finally {
      await worker.stop()
    }
  })
})
