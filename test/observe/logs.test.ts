import { beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../log.ts'
import { wallTimeOf } from '../../web/wall-time.ts'
import { targetWorkflowId } from '../../workflows/names.ts'
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
})
