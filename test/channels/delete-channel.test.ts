import { beforeAll, expect, test } from 'vitest'
import { createDisconnectingActivities } from '../../activities/channels/disconnecting.ts'
import { findAuthorizationOf } from '../../db/channels/disconnecting.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})

type Account = { channelId: string; grantId: string; accountId: string; name: string }

const connected = async (accountId: string, name: string): Promise<Account> => {
  const place = { workspaceId: app.workspaces.northside, platform: 'facebook' as const }
  const { channelId, grantId } = await insertChannel(app.deps, {
    ...place,
    userId: app.cast.admin.id,
    accountId,
    name,
  })
  const { targetId } = await insertTarget(app.deps, { ...place, channelId })
  await app.sql`update targets set state = 'published', platform_post_id = ${`${accountId}_1`}, published_at = now() where id = ${targetId}`
  await app.sql`insert into snapshots (workspace_id, target_id, taken_at, source, views) values (${place.workspaceId}, ${targetId}, now(), 'test', 4711)`
  await app.sql`insert into avatars (channel_id, workspace_id, content_type, picture, sha256, fetched_at)
    values (${channelId}, ${place.workspaceId}, 'image/png', 'x', 'x', now())`
  await app.sql`insert into posts (workspace_id, text, choices) values (${place.workspaceId}, 'A draft', ${app.sql.json({ [channelId]: { kind: 'text' } })})`
  return { channelId, grantId, accountId, name }
}

/** Every row of every table that contains one of these values. */
const rowsThatName = async (values: string[]): Promise<string[]> => {
  const tables = await app.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
  const rows = await Promise.all(
    tables.map(async ({ name }) =>
      (await app.sql`select t::text as row from ${app.sql(name)} t`).map(
        ({ row }) => `${name} ${row}`,
      ),
    ),
  )
  return rows.flat().filter((row) => values.some((value) => row.includes(value)))
}

/** The steps of the workflow after the platform has responded. */
const workflow = async ({ channelId }: Account) => {
  const steps = createDisconnectingActivities(app.deps)
  await app.sql`update revocations set state = 'revoked', ended_at = now(), issuer_user_id = null, access_token_sealed = null,
    refresh_token_sealed = null where channel_id = ${channelId} and state = 'pending'`
  await steps.eraseChannelHistory({ channelId })
  await steps.deleteDisconnectedChannel({ channelId })
}

const traces = ({ channelId, grantId, accountId, name }: Account) => [
  channelId,
  grantId,
  accountId,
  name,
  `person-${accountId}`,
]
/** Log lines and the record of the revocation: ids, the platform and times, no name. */
const isRecord = (row: string) => /^(events|outbox) /.test(row)

test('promise D1, D2: an account that is deleted when it is disconnected leaves only a line in the activity log', async () => {
  const account = await connected('9000000000001', 'Soon Forgotten Records')
  expect((await rowsThatName(traces(account))).length).toBeGreaterThan(4)
  const path = `/w/northside/channels/${account.channelId}/disconnect`
  expect((await app.cast.admin.get(path)).text).toContain(
    'Delete everything about this account here',
  )
  expect((await app.cast.admin.post(path, { history: 'erase' })).status).toBe(303)
  await workflow(account)
  const left = await rowsThatName(traces(account))
  expect(left.filter((row) => !isRecord(row))).toEqual([])
  expect(left.join()).not.toMatch(/Soon Forgotten|9000000000001/)
  expect(
    await findAuthorizationOf(app.sql, {
      workspaceId: app.workspaces.northside,
      channelId: account.channelId,
    }),
  ).toBeUndefined()
})

test('promise D1, D2: an account whose history was kept can be deleted later, however long ago it was disconnected', async () => {
  const account = await connected('9000000000002', 'Kept For A While')
  await app.cast.admin.post(`/w/northside/channels/${account.channelId}/disconnect`, {
    history: 'keep',
  })
  await workflow(account)
  expect(await app.sql`select from channels where id = ${account.channelId}`).toHaveLength(1)
  await app.sql`delete from revocations where channel_id = ${account.channelId}` // after 90 days
  await app.sql`update channels set disconnected_at = now() - interval '200 days' where id = ${account.channelId}`
  const list = (await app.cast.admin.get('/w/northside/channels')).text
  expect(list).toContain('Kept For A While')
  const path = `/w/northside/channels/${account.channelId}/delete`
  expect((await app.cast.admin.get(path)).text).toContain('<strong>1 post</strong>')
  expect((await app.cast.admin.post(path)).status).toBe(303)
  expect((await app.cast.admin.get('/w/northside/channels')).text).toContain('Deleting')
  await workflow(account)
  expect((await rowsThatName(traces(account))).filter((row) => !isRecord(row))).toEqual([])
})

test('an account is deleted only once its tokens are revoked, and not if it was reconnected in the meantime', async () => {
  const account = await connected('9000000000003', 'Not Yet Revoked')
  await app.cast.admin.post(`/w/northside/channels/${account.channelId}/disconnect`, {
    history: 'erase',
  })
  const steps = createDisconnectingActivities(app.deps)
  await steps.eraseChannelHistory(account)
  await steps.deleteDisconnectedChannel(account)
  expect(
    await app.sql`select from channels where id = ${account.channelId}`,
    'still to be revoked',
  ).toHaveLength(1)
  const place = {
    workspaceId: app.workspaces.northside,
    platform: 'facebook' as const,
    userId: app.cast.admin.id,
  }
  await insertChannel(app.deps, { ...place, accountId: account.accountId, name: account.name })
  await workflow(account)
  expect(
    await app.sql`select from channels where id = ${account.channelId} and state = 'connected'`,
  ).toHaveLength(1)
})

test('only admins of the workspace can delete an account, and only if it is disconnected', async () => {
  const { channelId } = await connected('9000000000004', 'Connected')
  expect((await app.cast.admin.post(`/w/northside/channels/${channelId}/delete`)).status).toBe(404)
  await app.cast.admin.post(`/w/northside/channels/${channelId}/disconnect`, { history: 'keep' })
  expect((await app.cast.manager.post(`/w/northside/channels/${channelId}/delete`)).status).toBe(
    403,
  )
  expect((await app.cast.outsider.post(`/w/elsewhere/channels/${channelId}/delete`)).status).toBe(
    404,
  )
  expect(
    await app.sql`select from revocations where channel_id = ${channelId} and erases_history`,
  ).toHaveLength(0)
})
