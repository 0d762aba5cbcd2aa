import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { readManifest } from '../../commands/backup/manifest.ts'
import { restoreBackup } from '../../commands/backup/restore.ts'
import { takeBackup } from '../../commands/backup/take.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { createVault } from '../../db/vault/vault.ts'
import { createDiskStore } from '../../media/store.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { insertTarget } from '../support/connected.ts'
import { createTestDatabase } from '../support/database.ts'
import { dumpEverything } from '../support/everything.ts'
import { connectAll } from '../support/posts.ts'
import { noise, upload } from '../support/uploading.ts'

const { vaultKeys } = testConfig()
const hour = 3_600_000
let test: TestApp
let folder: string
let backup: string
let early: string
let late: string

const temporary = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'cratesocial-backup-'))
  atTheEnd(() => rm(path, { recursive: true, force: true }))
  return path
}

beforeAll(async () => {
  test = await createTestApp()
  folder = await temporary()
  backup = join(folder, 'one')
  await upload(test, 'sleeve.jpg', await noise(300, 200))
  const workspaceId = test.workspaces.northside
  const { facebook } = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  const target = async (aheadMs: number) => {
    const dueAt = new Date(Date.now() + aheadMs)
    return (
      await insertTarget(test.deps, {
        workspaceId,
        channelId: facebook,
        platform: 'facebook',
        dueAt,
      })
    ).targetId
  }
  early = await target(hour)
  late = await target(5 * hour)
  await test.sql`select ensure_snapshot_months('2024-02-10')` // a partition that no migration creates
  await test.sql`insert into outbox (kind, ref_id) values ('target', ${early})`
  await takeBackup({ ...test.deps, vaultKeys }, { folder: backup, withMedia: true })
}, 60_000)

/** A database with the schema and no rows, and an empty media folder. */
const place = async (): Promise<{
  sql: Sql
  mediaUrl: string
  deps: Parameters<typeof restoreBackup>[0]
}> => {
  const { sql } = await createTestDatabase()
  const mediaUrl = pathToFileURL(await temporary()).href
  return {
    sql,
    mediaUrl,
    deps: { sql, mediaStore: createDiskStore(mediaUrl), vaultKeys, now: Date.now },
  }
}

const accounts = async (sql: Sql): Promise<number> => (await sql`select 1 from users`).count

describe('a backup', () => {
  it('restored into an empty installation has every row, every file and every constraint', async () => {
    const { sql, mediaUrl, deps } = await place()
    const restored = await restoreBackup(deps, backup)
    expect(restored).toMatchObject({ heldBack: 0, media: 4 })

    const without = (rows: Map<string, string>) =>
      [...rows].filter(([key]) => !/^(outbox|schema_version) /.test(key)).sort()
    const before = await dumpEverything(test.sql, mediaUrl)
    const after = await dumpEverything(sql, mediaUrl)
    expect(without(after.rows)).toEqual(without(before.rows))
    expect(after.rows.size).toBeGreaterThan(20)
    expect(await countConstraints(sql)).toBe(await countConstraints(test.sql))
    await sql`insert into outbox (kind, ref_id) values ('target', ${late})` // the id sequence continues after the highest restored number
    for (const { storeKey } of await sql<{ storeKey: string }[]>`select store_key from media`)
      expect(await deps.mediaStore.size(storeKey)).toBe(await test.deps.mediaStore.size(storeKey))
  })

  it('holds back posts that have come due since, and starts workflows for everything else', async () => {
    const { sql, deps } = await place()
    const restored = await restoreBackup({ ...deps, now: () => Date.now() + 2 * hour }, backup)
    expect(restored.heldBack).toBe(1)
    const states = await sql<
      { id: string; state: string; waitingFor: string | null }[]
    >`select id, state, waiting_for from targets`
    expect(states.find(({ id }) => id === early)).toMatchObject({ state: 'unconfirmed' })
    expect(states.find(({ id }) => id === early)?.waitingFor).toContain(
      'Restored from a backup of 2',
    )
    expect(states.find(({ id }) => id === late)).toMatchObject({
      state: 'scheduled',
      waitingFor: null,
    })
    const told = await sql<
      { refId: string }[]
    >`select ref_id from outbox where kind = 'target' and ref_id = ${late}`
    expect(told).toHaveLength(1)
    const grants =
      await sql`select 1 from grants g join outbox o on o.kind = 'grant' and o.ref_id = g.id`
    expect(grants.count).toBeGreaterThan(0)
  })

  it('opens with the vault key that sealed it', async () => {
    const { sql, deps } = await place()
    await restoreBackup(deps, backup)
    const [channel] = await sql<
      { id: string; sealed: string }[]
    >`select id, token_sealed as sealed from channels where token_sealed is not null`
    const vault = createVault(vaultKeys)
    expect(
      vault.open(channel!.sealed, { table: 'channels', id: channel!.id, column: 'token_sealed' }),
    ).not.toBe('')
  })

  it('finishes however many rows it has to write', async () => {
    for (const rows of [150, 250, 400, 2_000, 20_000]) {
      const { sql, deps } = await place()
      await migrate(sql)
      await sql`insert into events (name, at) select 'some.thing', now() from generate_series(1, ${rows})`
      const taken = join(await temporary(), 'many')
      await takeBackup(deps, { folder: taken, withMedia: false })
      const lines = (await readFile(join(taken, 'tables/events.copy'), 'utf8'))
        .trimEnd()
        .split('\n')
      expect(lines).toHaveLength(rows)
    }
  })

  it('contains nothing of the keys', async () => {
    const text = await readFile(join(backup, 'manifest.json'), 'utf8')
    for (const { key } of vaultKeys) expect(text).not.toContain(key.toString('base64').slice(0, 20))
    expect((await stat(backup)).mode & 0o077).toBe(0)
  })
})

describe('refused before anything is written:', () => {
  const refused = async (
    deps: Parameters<typeof restoreBackup>[0],
    from: string,
    words: RegExp | string,
  ) => {
    await deps.sql`create table if not exists untouched ()`
    await expect(restoreBackup(deps, from)).rejects.toThrow(words)
    const [still] = await deps.sql`select to_regclass('untouched') as found`
    expect(still?.found).toBe('untouched')
    for await (const key of deps.mediaStore.list()) expect(key).toBe('nothing')
  }

  it('a restore with another vault key, also under the same name', async () => {
    const { deps } = await place()
    const other = { id: vaultKeys[0]!.id, key: Buffer.alloc(32, 9) }
    await refused(
      { ...deps, vaultKeys: [other] },
      backup,
      'VAULT_KEYS does not hold the key "test"',
    )
    await refused(
      { ...deps, vaultKeys: [{ ...other, id: 'new' }] },
      backup,
      'VAULT_KEYS does not hold the key "test"',
    )
    expect(await accounts(deps.sql)).toBe(0)
  })

  it('a restore from a folder that is not a backup, is incomplete or is damaged', async () => {
    const { deps } = await place()
    await refused(deps, folder, 'has no manifest.json')
    const damaged = join(await temporary(), 'damaged')
    await takeBackup({ ...test.deps, vaultKeys }, { folder: damaged, withMedia: true })
    await appendFile(join(damaged, 'tables', 'users.copy'), 'x')
    await refused(deps, damaged, 'match the backup')
    const short = join(await temporary(), 'short')
    await takeBackup({ ...test.deps, vaultKeys }, { folder: short, withMedia: true })
    const [file] = (await readManifest(short)).media ?? []
    await rm(join(short, 'media', file!.key))
    await refused(deps, short, 'match the backup')
  })

  it('a restore into a database that is in use', async () => {
    const before = await accounts(test.sql)
    await expect(restoreBackup({ ...test.deps, vaultKeys }, backup)).rejects.toThrow(
      'The database is in use',
    )
    expect(await accounts(test.sql)).toBe(before)
  })

  it('a backup over another backup', async () => {
    await expect(
      takeBackup({ ...test.deps, vaultKeys }, { folder: backup, withMedia: false }),
    ).rejects.toThrow('already exists')
  })
})

const countConstraints = async (sql: Sql): Promise<number> =>
  (
    await sql`
      select 1 from pg_constraint where connamespace = 'public'::regnamespace and contype in ('f', 'p', 'u', 'c')`
  ).count
