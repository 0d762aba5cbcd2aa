import { beforeAll, expect, it } from 'vitest'
import { claimTarget } from '../../db/attempts.ts'
import { findTarget } from '../../db/targets.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'

let test: TestApp
let channelId: string
beforeAll(async () => {
  test = await createTestApp()
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  channelId = (await connectAll(test.deps, who)).facebook
})

const ready = async (dueAt: string): Promise<string> => {
  const { targetId } = await insertTarget(test.deps, { workspaceId: test.workspaces.northside, channelId, platform: 'facebook' })
  await test.sql`
    update targets set state = 'ready', handles_revision = revision, due_at = ${dueAt}::text::timestamptz where id = ${targetId}`
  return targetId
}
const claim = async (targetId: string) => {
  const target = await findTarget(test.sql, targetId)
  if (!target) throw new Error('the target is gone')
  return claimTarget(test.sql, { ...target, fingerprint: Buffer.alloc(32), now: new Date() })
}
const justNow = (): string => new Date().toISOString()

it('what is ready is claimed once', async () => {
  const targetId = await ready(justNow())
  expect(await claim(targetId)).toMatchObject({ number: 1 })
  expect(await claim(targetId)).toBeUndefined()
})

it('a time with microseconds, which a program of another hand may write, is the time that was read', async () => {
  expect(await claim(await ready(justNow().replace('Z', '456Z')))).toMatchObject({ number: 1 })
})
