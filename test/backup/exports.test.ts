import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import type { Manifest } from '../../commands/backup/manifest.ts'
import { restoreBackup } from '../../commands/backup/restore.ts'
import { takeBackup } from '../../commands/backup/take.ts'
import { insertMailLink } from '../../db/people/mail-links.ts'
import { insertExport, keepExportKey, markExportMade } from '../../db/privacy/exports.ts'
import { createDiskStore } from '../../media/store.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { createTestDatabase } from '../support/database.ts'

const { vaultKeys } = testConfig()
const temporary = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'cratesocial-exports-'))
  atTheEnd(() => rm(path, { recursive: true, force: true }))
  return path
}
const bytes = 'everything that is held about Ada'
const storeKey = 'the-export-of-ada-in-the-store-00'

let app: TestApp
let folder: string
let exportId: string
beforeAll(async () => {
  app = await createTestApp({ mediaStore: createDiskStore(pathToFileURL(await temporary()).href) })
  folder = join(await temporary(), 'backup')
  const userId = app.cast.admin.id
  const now = new Date()
  exportId = (await insertExport(app.sql, userId, now))!
  await keepExportKey(app.sql, exportId, storeKey)
  await app.deps.mediaStore.put(storeKey, Readable.from([Buffer.from(bytes)]))
  await markExportMade(app.sql, exportId, { sizeBytes: bytes.length, now })
  const link = await insertMailLink(app.sql, { userId, purpose: 'export', exportId, now })
  await insertMailLink(app.sql, { userId, purpose: 'deletion', now })
  await app.sql`insert into outbox (kind, ref_id) values ('mail-link', ${link}), ('export', ${exportId})`
  await takeBackup({ ...app.deps, vaultKeys }, { folder, withMedia: true })
}, 60_000)

const filesIn = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const restore = async (from: string) => {
  const { sql } = await createTestDatabase()
  const mediaStore = createDiskStore(pathToFileURL(await temporary()).href)
  await restoreBackup({ sql, mediaStore, vaultKeys, now: Date.now }, from)
  return { sql, mediaStore }
}

test('promise E1: a backup made while an export is ready for download contains neither its bytes nor its row nor its link', async () => {
  for (const path of await filesIn(folder)) {
    const text = await readFile(path, 'latin1')
    for (const value of [bytes, storeKey, exportId])
      expect([path, text.includes(value)]).toEqual([path, false])
  }
  const { sql } = await restore(folder)
  expect(await sql`select from exports`).toHaveLength(0)
  expect(await sql`select purpose from mail_links`).toEqual([{ purpose: 'deletion' }])
  expect(await sql`select from users where id = ${app.cast.admin.id}`).toHaveLength(1)
  expect(await app.sql`select from exports`, 'it can still be downloaded here').toHaveLength(1)
})

test('promise E1: a backup from an earlier version that contains an export is restored without it', async () => {
  const file = join(folder, 'tables/exports.copy')
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest
  const { columns } = manifest.tables.find(({ name }) => name === 'exports')!
  const values: Record<string, string> = {
    ...{
      id: exportId,
      user_id: app.cast.admin.id,
      store_key: storeKey,
      size_bytes: String(bytes.length),
    },
    ...{ asked_at: new Date().toISOString(), made_at: new Date().toISOString() },
  }
  const line = `${columns.map((column) => values[column] ?? '\\N').join('\t')}\n`
  await writeFile(file, line)
  await writeFile(join(folder, 'media', storeKey), bytes)
  const sha256 = createHash('sha256').update(line).digest('hex')
  const tables = manifest.tables.map((table) =>
    table.name === 'exports' ? { ...table, sha256 } : table,
  )
  const media = [...(manifest.media ?? []), { key: storeKey, sizeBytes: bytes.length }]
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, tables, media }))
  const { sql, mediaStore } = await restore(folder)
  expect(await sql`select from exports`).toHaveLength(0)
  expect(await mediaStore.size(storeKey)).toBeNull()
})
