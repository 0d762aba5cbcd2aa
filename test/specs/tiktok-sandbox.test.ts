import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { startMeta } from '../sandbox/meta-cast.ts'
import { tiktokSpec } from './tiktok-check.ts'

let sandbox: Sandbox

// One server has the sandboxes of all platforms.
beforeAll(async () => {
  sandbox = await startMeta()
})
afterAll(() => sandbox.close())

describe('the TikTok sandbox', () => {
  const paths = [
    '/v2/research/video/query/',
    '/v2/post/publish/video/delete/',
    '/v2/video/comment/list/',
    '/v2/user/videos/',
  ]

  test.each(paths)(
    '%s: a call that the sandbox or TikTok does not have returns 501',
    async (path) => {
      const answer = await fetch(`${sandbox.url}/tiktok-api${path}`, { method: 'POST', body: '{}' })
      expect(answer.status).toBe(501)
    },
  )

  test('supports every documented call: none returns 501 or 404', async () => {
    for (const { method, host, path } of tiktokSpec.calls.filter(
      (call) => call.host === 'tiktok-api',
    )) {
      const answer = await fetch(`${sandbox.url}/${host}${path}`, {
        method,
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
      expect([path, [404, 501].includes(answer.status)]).toEqual([path, false])
    }
  })
})
