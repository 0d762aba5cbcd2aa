import { beforeAll, describe, expect, it } from 'vitest'
import { recordEvent } from '../../db/notifications/events.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

let test: TestApp
let channelId: string
let postId: string
const page = '/w/northside/activity'

beforeAll(async () => {
  test = await createTestApp()
  const { deps, workspaces, cast } = test
  const workspaceId = workspaces.northside
  const owner = { workspaceId, userId: cast.admin.id }
  ;({ channelId } = await insertChannel(deps, { ...owner, platform: 'facebook', name: '=Café' }))
  const target = await insertTarget(deps, { workspaceId, channelId, platform: 'facebook' })
  postId = target.postId
  const record = async (
    name: string,
    subjectId: string,
    userId: string | null,
    where = workspaceId,
  ) => {
    // Ids of the same millisecond have no order.
    await test.sql`select pg_sleep(0.002)`
    await recordEvent(test.sql, { name, workspaceId: where, userId, subjectId })
  }
  await record('post.scheduled', postId, cast.manager.id)
  await record('target.published', target.targetId, null)
  await record('channel.connected', channelId, cast.admin.id)
  await record('workspace.changed', workspaceId, cast.admin.id)
  await record('workspace.changed', workspaces.elsewhere, cast.outsider.id, workspaces.elsewhere)
})

const namesIn = async (query: string): Promise<string[]> => {
  const { text } = await test.cast.admin.get(`${page}.csv${query}`)
  return [...text.matchAll(/,([a-z_]+\.[a-z_]+),/g)].map(([, name = '']) => name)
}

describe('the activity log', () => {
  it('can be limited to a person, to CrateSocial, to an account and to a post', async () => {
    expect(await namesIn('')).toEqual([
      'workspace.changed',
      'channel.connected',
      'target.published',
      'post.scheduled',
    ])
    expect(await namesIn(`?by=${test.cast.manager.id}`)).toEqual(['post.scheduled'])
    expect(await namesIn('?by=system')).toEqual(['target.published'])
    expect(await namesIn(`?account=${channelId}`)).toEqual([
      'channel.connected',
      'target.published',
    ])
    expect(await namesIn(`?post=${postId}`)).toEqual(['target.published', 'post.scheduled'])
    expect(await namesIn(`?by=${test.cast.outsider.id}`)).toEqual([])
  })

  it('shows on the page what the filters leave, and says so when that is nothing', async () => {
    const { text } = await test.cast.admin.get(`${page}?by=system`)
    expect(text).toContain('<option value="system" selected')
    expect(text.match(/<li><time/g)).toHaveLength(1)
    const empty = await test.cast.admin.get(`${page}?by=${test.cast.outsider.id}`)
    expect(empty.text).toContain('No activity fits these filters.')
  })

  it('keeps its filters on the next page', async () => {
    await test.sql`
      insert into events (name, workspace_id, user_id, subject_id)
      select 'post.saved', ${test.workspaces.northside}, ${test.cast.manager.id}, ${postId} from generate_series(1, 60)`
    const { text } = await test.cast.admin.get(`${page}?by=${test.cast.manager.id}`)
    const older = /href="([^"]+)">Older/.exec(text)![1]!.replaceAll('&amp;', '&')
    expect(older).toContain(`by=${test.cast.manager.id}`)
    expect((await test.cast.admin.get(older)).text.match(/<li><time/g)).toHaveLength(11)
    expect(await namesIn('')).toHaveLength(64)
  })
})
