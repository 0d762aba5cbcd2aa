import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { copyErasedIds } from '../../activities/privacy/erased-ids.ts'
import { restoreBackup } from '../../commands/backup/restore.ts'
import { takeBackup } from '../../commands/backup/take.ts'
import { findSession } from '../../db/people/sessions.ts'
import { createDiskStore } from '../../media/store.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { createTestDatabase } from '../support/database.ts'
import { noise, upload } from '../support/uploading.ts'

const { vaultKeys } = testConfig()
const temporary = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'cratesocial-erased-'))
  atTheEnd(() => rm(path, { recursive: true, force: true }))
  return path
}

let app: TestApp
let mediaUrl: string
let folder: string
let kept: { channelId: string; grantId: string }
let deleted: { channelId: string; grantId: string; targetId: string; postId: string }
let removed: { channelId: string; grantId: string }
let person: Person
beforeAll(async () => {
  mediaUrl = pathToFileURL(await temporary()).href
  app = await createTestApp({ mediaStore: createDiskStore(mediaUrl) })
  folder = await temporary()
  person = await app.addPerson('Dora Deleted')
  const account = (workspaceId: string, accountId: string) =>
    insertChannel(app.deps, {
      workspaceId,
      userId: app.cast.admin.id,
      platform: 'facebook',
      accountId,
      name: `Account ${accountId}`,
    })
  kept = await account(app.workspaces.northside, '1')
  removed = await account(app.workspaces.northside, '2')
  const gone = await account(app.workspaces.northside, '3')
  const { targetId, postId } = await insertTarget(app.deps, {
    workspaceId: app.workspaces.northside,
    channelId: gone.channelId,
    platform: 'facebook',
  })
  deleted = { ...gone, targetId, postId }
  await upload(app, 'sleeve.jpg', await noise(300, 200))
  await app.sql`update media set workspace_id = ${app.workspaces.elsewhere}`
  await takeBackup({ ...app.deps, vaultKeys }, { folder: join(folder, 'before'), withMedia: true })

  // What happens afterwards: a person is deleted, a workspace with its files, an account by an
  // admin, and an authorization at Meta's request.
  await app.sql`delete from users where id = ${person.id}`
  await app.sql`delete from workspaces where id = ${app.workspaces.elsewhere}`
  await app.sql`delete from channels where id = ${deleted.channelId}`
  await app.sql`
    update channels set grant_id = null, state = 'disconnected', token_sealed = null, handle = '', settings = '{}', name = ''
    where id = ${removed.channelId}`
  await app.sql`delete from grants where id = any(${[removed.grantId, deleted.grantId]}::uuid[])`
  await copyErasedIds(app.deps)
  await takeBackup({ ...app.deps, vaultKeys }, { folder: join(folder, 'after'), withMedia: false })
}, 60_000)

const restore = async (backup: string, erased?: string) => {
  const { sql } = await createTestDatabase()
  const mediaStore = createDiskStore(pathToFileURL(await temporary()).href)
  const restored = await restoreBackup(
    { sql, mediaStore, vaultKeys, now: Date.now },
    join(folder, backup),
    erased,
  )
  return { sql, mediaStore, restored }
}

describe('promise E3: a restored backup', () => {
  test('does not bring back people and data that were deleted since, which it knows from the list in the media folder', async () => {
    const { sql, mediaStore, restored } = await restore('before', fileURLToPath(mediaUrl))
    expect(restored.deletedAgain).toEqual({ users: 1, workspaces: 1, grants: 2, channels: 1 })
    expect(await sql`select from workspaces where id = ${app.workspaces.elsewhere}`).toHaveLength(0)
    expect(await sql`select from channels where id = ${deleted.channelId}`).toHaveLength(0)
    expect(await sql`select from targets where id = ${deleted.targetId}`).toHaveLength(0)
    expect(await sql`select from outbox where ref_id = ${deleted.targetId}`).toHaveLength(0)
    expect(
      await sql`select state from posts where id = ${deleted.postId}`,
      'it was never sent',
    ).toEqual([{ state: 'draft' }])
    const keys: string[] = []
    for await (const key of mediaStore.list()) keys.push(key)
    expect(keys, 'the bytes of its files went too').toEqual(['erased-ids-for-restore.json'])
    const [grant] =
      await sql`select state, state_reason, access_token_sealed, user_name from grants where id = ${removed.grantId}`
    expect(grant).toEqual({
      state: 'ended',
      stateReason: 'removed',
      accessTokenSealed: null,
      userName: '',
    })
    expect(
      await sql`select from sweeps where rule = 'removed'`,
      'so that the worker sweeps at once',
    ).toHaveLength(0)
    expect(
      await sql`select from channels where id = ${kept.channelId} and state = 'connected'`,
    ).toHaveLength(1)
  })

  test('locks out a person who was deleted before anyone can sign in, and the worker deletes them again', async () => {
    const { sql } = await restore('before', fileURLToPath(mediaUrl))
    expect(await findSession(sql, person.cookie().split('=')[1] ?? '', new Date())).toBeNull()
    expect(
      await sql`select from users where id = ${person.id} and deactivated_at is not null`,
    ).toHaveLength(1)
    const [request] = await sql<
      { id: string; origin: string }[]
    >`select id, origin from deletion_requests where user_id = ${person.id}`
    expect(request?.origin).toBe('restore')
    expect(
      await sql`select from outbox where kind = 'deletion' and ref_id = ${request!.id}`,
    ).toHaveLength(1)
    const others = await sql`select from users where deactivated_at is not null`
    expect(others, 'and nobody else').toHaveLength(1)
  })

  test('knows from its own rows what was deleted before it was made', async () => {
    const { sql, restored } = await restore('after')
    expect(restored.deletedAgain).toEqual({ users: 0, workspaces: 0, grants: 0, channels: 0 })
    expect((await sql`select from erased_ids`).length).toBeGreaterThan(4)
  })

  test('is refused with a clear message if the given file is not a list of deleted ids', async () => {
    await expect(restore('before', join(folder, 'before'))).rejects.toThrow(
      /hold a list of deleted ids/,
    )
  })
})

test('promise E3: no id can be derived from the hashes, because each has its own salt', async () => {
  const rows = await app.sql<
    { hash: string; salt: string }[]
  >`select encode(hash, 'hex') as hash, encode(salt, 'hex') as salt from erased_ids`
  expect(new Set(rows.map(({ salt }) => salt)).size).toBe(rows.length)
  const text = JSON.stringify(rows)
  for (const id of [person.id, app.workspaces.elsewhere, deleted.channelId])
    expect(text.includes(id) || text.includes(id.replaceAll('-', ''))).toBe(false)
})
