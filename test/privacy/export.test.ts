import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeZip } from '../../activities/privacy/export.ts'
import { leftOut } from '../../db/privacy/export-rows.ts'
import { makeJpeg } from '../../local/media/media-files.ts'
import { createPerson, type Person } from '../../local/people/person.ts'
import { acceptInvitation, channelsIn, invite, upload } from '../../local/people/story.ts'
import { createDiskStore } from '../../media/store.ts'
import { dumpEverything } from '../support/everything.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'
import { mailedLink } from '../support/letters.ts'
import { reachableFrom } from './reachable.ts'

let at: Installed
let max: Person
const picture = makeJpeg({ width: 1080, height: 1080, color: '#446688' })
beforeAll(async () => {
  at = await install()
  max = createPerson(at.url)
  await acceptInvitation(
    max,
    await invite(at.admin, 'northside', 'manager'),
    'Max Manager',
    'max@example.com',
  )
  const file = await upload(max, 'northside', 'max-sleeve.jpg', await picture)
  const composer = await max.open('/w/northside/posts/new')
  const fields = {
    text: '=Max says, "later"',
    channel: channelsIn(composer)[0]!.id,
    media: file,
    time: '2099-11-26T10:00',
  }
  await composer.press('Schedule', fields)
}, 120_000)

/** Unpacks a zip with another program. Returns every file by name. */
const unzip = async (bytes: Uint8Array): Promise<Map<string, Buffer>> => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-export-'))
  try {
    await writeFile(join(folder, 'export.zip'), bytes)
    await promisify(execFile)('python3', [
      '-m',
      'zipfile',
      '-e',
      join(folder, 'export.zip'),
      join(folder, 'all'),
    ])
    const entries = await readdir(join(folder, 'all'), { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    return new Map(
      await Promise.all(
        files.map(
          async (path) => [relative(join(folder, 'all'), path), await readFile(path)] as const,
        ),
      ),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}
const askFor = async (who: Person, email: string): Promise<string> => {
  await at.sql`delete from throttle` // a person can request only a few exports a day
  const after = at.letters.length
  await (await who.open('/account')).press('Export data')
  return mailedLink(at.letters, email, { after, subject: 'Your data is ready' })
}
const fetchExport = async (who: Person, email: string) => {
  const link = await askFor(who, email)
  const page = await who.open(link)
  expect(page.text).toContain('Your data is ready')
  const answer = await who.request(link, { method: 'POST' })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip'])
  return { link, files: await unzip(new Uint8Array(await answer.arrayBuffer())) }
}
type Row = Record<string, unknown>
/** Tables whose rows change when an export is requested or downloaded. */
const moving = ['exports', 'mail_links', 'sessions']
/** The row's id. For rows without an id, the columns that exports include. */
const keyOf = (row: Row): string =>
  typeof row.id === 'string'
    ? row.id
    : JSON.stringify([
        row.workspace_id,
        row.target_id,
        row.channel_id,
        row.post_id,
        row.media_id,
        row.user_id,
        row.taken_at,
        row.day,
        row.name,
        row.version,
      ])
const rowKeys = (json: string): string[] => (JSON.parse(json) as Row[]).map(keyOf)
const rowsIn = (files: Map<string, Buffer>, name: string) =>
  JSON.parse(files.get(`${name}.json`)?.toString() ?? 'null') as Row[]

describe('data exports', () => {
  test('promise E1: a manager gets every row that refers to them, and their files, byte for byte, but no data of others and no tokens', async () => {
    const [person] = await at.sql<
      { id: string }[]
    >`select id from users where email = 'max@example.com'`
    const before = await dumpEverything(at.sql, at.config.media.url)
    const { link, files } = await fetchExport(max, 'max@example.com')
    expect(rowsIn(files, 'you/account')).toMatchObject([
      { name: 'Max Manager', email: 'max@example.com' },
    ])
    const given = [...files]
      .filter(([name]) => name.startsWith('you/') && name.endsWith('.json'))
      .map(([, bytes]) => bytes.toString())
      .join('\n')
    // The file contains every row of the database that contains the person's id.
    const theirs = [...before.rows]
      .filter(([, row]) => row.includes(person!.id))
      .map(([, row]) => JSON.parse(row) as Row)
    expect(theirs.length).toBeGreaterThan(5)
    for (const row of theirs) if (row.id) expect(given).toContain(String(row.id))
    const media = [...files].filter(([name]) => name.startsWith('northside/media/'))
    const [stored] = await at.sql<{ sizeBytes: number; originalBytes: number }[]>`
      select size_bytes::int, original_bytes::int from media where uploaded_by = ${person!.id}`
    const sizes = media.map(([name, bytes]) => [
      /-as-it-came-max-sleeve\.jpg$/.test(name),
      /-max-sleeve\.jpg$/.test(name),
      bytes.length,
    ])
    expect(sizes.sort()).toEqual([
      [false, true, stored!.sizeBytes],
      [true, true, stored!.originalBytes],
    ])
    const all = [...files.values()].map((bytes) => bytes.toString('latin1')).join('\n')
    expect(all).not.toMatch(
      /ada@example\.com|password_hash|_sealed|argon2|"token_hash"|v1\.[\w-]+\.[\w-]{16}\./,
    )
    // An export works for one person and one download.
    expect((await at.admin.open(link)).status).toBe(404)
    expect((await max.open(link)).text).toContain('no longer works')
    expect((await max.request(link, { method: 'POST' })).status).toBe(404)
    expect(await at.sql`select from exports where user_id = ${person!.id}`).toHaveLength(0)
  }, 60_000)

  test('promise E1: an admin gets the workspace: posts, accounts and members, and spreadsheets show no formulas', async () => {
    const { files } = await fetchExport(at.admin, 'ada@example.com')
    expect(rowsIn(files, 'northside/posts')).toMatchObject([{ text: '=Max says, "later"' }])
    expect(rowsIn(files, 'northside/channels').length).toBeGreaterThan(3)
    expect(rowsIn(files, 'northside/memberships')).toHaveLength(2)
    expect(rowsIn(files, 'northside/workspace')).toMatchObject([{ slug: 'northside' }])
    expect(files.get('northside/posts.csv')?.toString()).toMatch(
      /^\uFEFFid,workspace_id,.*\r\n.*"'=Max says, ""later"""/,
    )
    expect([...files.keys()].filter((name) => name.startsWith('northside/media/'))).toHaveLength(2)
    const members = rowsIn(files, 'northside/memberships').map((row) => [
      row.user_name,
      row.workspace_name,
    ])
    expect(members).toContainEqual(['Max Manager', 'Northside'])
  }, 60_000)

  test('promise E1: everything that refers to a person, however indirectly, is in their file, or omitted for a reason that the README gives', async () => {
    const [ada] = await at.sql<
      { id: string }[]
    >`select id from users where email = 'ada@example.com'`
    const [person] = await at.sql<
      { id: string }[]
    >`select id from users where email = 'max@example.com'`
    // The results of Max's post, an alt text, and an account that he connected.
    await at.sql`update post_media set alt_text = 'A sleeve on a crate'`
    await at.sql`update grants set connected_by = ${person!.id} where issuer = 'tiktok'`
    const [target] = await at.sql<{ id: string; workspaceId: string }[]>`
      select t.id, t.workspace_id from targets t join posts p on p.id = t.post_id where p.created_by = ${person!.id}`
    await at.sql`
      insert into snapshots (workspace_id, target_id, taken_at, source, views) values (${target!.workspaceId}, ${target!.id}, now(), 'test', 7)`
    await at.sql`
      insert into attempts (target_id, workspace_id, number, revision, fingerprint, claimed_at)
      values (${target!.id}, ${target!.workspaceId}, 1, 1, '\\x00', now())`
    for (const [who, email, id] of [
      [max, 'max@example.com', person!.id],
      [at.admin, 'ada@example.com', ada!.id],
    ] as const) {
      const before = await dumpEverything(at.sql, at.config.media.url)
      const { files } = await fetchExport(who, email)
      const given = new Set(
        [...files]
          .filter(([name]) => name.endsWith('.json'))
          .flatMap(([, bytes]) => rowKeys(bytes.toString())),
      )
      const isLeftOut = (table: string, column: string) =>
        `${table}.${column}` in leftOut || `*.${column}` in leftOut
      const reached = await reachableFrom(at.sql, before, id, isLeftOut)
      const tables = new Set(reached.map(({ table }) => table))
      const expected =
        id === person!.id
          ? ['posts', 'post_media', 'snapshots', 'sessions', 'targets', 'attempts', 'channels']
          : ['targets', 'attempts', 'snapshots']
      expect([...tables]).toEqual(expect.arrayContaining(expected))
      // The export is made after the dump, and downloading it uses its link.
      const missing = reached.filter(
        ({ table, row }) => !moving.includes(table) && !given.has(keyOf(row)),
      )
      expect([email, missing.map(({ table, row }) => `${table} ${keyOf(row)}`)]).toEqual([
        email,
        [],
      ])
      const readme = files.get('README.txt')!.toString()
      for (const name of files.keys())
        if (name.endsWith('.json')) expect(readme).toContain(`  ${name.slice(0, -5)} `)
      for (const why of Object.values(leftOut)) expect(readme).toContain(why)
    }
    const { files } = await fetchExport(max, 'max@example.com')
    expect(rowsIn(files, 'you/post-media')).toMatchObject([
      { alt_text: 'A sleeve on a crate', media_name: 'max-sleeve.jpg' },
    ])
    expect(rowsIn(files, 'you/targets')).toMatchObject([
      { state: 'scheduled', post_name: '=Max says, "later"' },
    ])
    expect(rowsIn(files, 'you/snapshots')).toMatchObject([{ views: 7 }])
    expect(files.get('you/targets.csv')?.toString()).toMatch(/post_id,post_name,/)
  }, 90_000)

  test('promise E1: an interrupted download leaves the link valid; a complete one uses it up and deletes the file', async () => {
    const link = await askFor(max, 'max@example.com')
    const [made] = await at.sql<{ storeKey: string }[]>`
      select e.store_key from exports e join users u on u.id = e.user_id where u.email = 'max@example.com'`
    const mediaStore = createDiskStore(at.config.media.url)
    const path = join(await mediaStore.scratch(), 'long')
    await writeFile(path, '')
    await truncate(path, 60_000_000)
    await mediaStore.putFile(made!.storeKey, path)

    const half = (await max.request(link, { method: 'POST' })).body!.getReader()
    expect((await half.read()).done).toBe(false)
    expect((await max.open(link)).text).toContain('no longer works')
    await half.cancel()
    await untilPage(max, link, (page) => page.text.includes('Your data is ready'))
    expect((await (await max.request(link, { method: 'POST' })).arrayBuffer()).byteLength).toBe(
      60_000_000,
    )
    await expect.poll(() => mediaStore.size(made!.storeKey)).toBeNull()
    expect((await max.open(link)).status).toBe(404)
    expect(await at.sql`select from exports where store_key = ${made!.storeKey}`).toHaveLength(0)
  }, 60_000)

  test('promise E1: an export is streamed: 20,000 rows and 200 MB of files do not stay in memory', async () => {
    const [ada] = await at.sql<
      { id: string }[]
    >`select id from users where email = 'ada@example.com'`
    const [target] = await at.sql<
      { id: string; workspaceId: string }[]
    >`select id, workspace_id from targets limit 1`
    await at.sql`
      insert into snapshots (workspace_id, target_id, taken_at, source, views)
      select ${target!.workspaceId}, ${target!.id}, now() - n * interval '1 second', 'test', n from generate_series(1, 20000) n`
    const mediaStore = createDiskStore(at.config.media.url)
    const [media] = await at.sql<{ storeKey: string }[]>`select store_key from media limit 1`
    const path = join(await mediaStore.scratch(), 'big')
    await writeFile(path, '')
    await truncate(path, 200_000_000)
    await mediaStore.putFile(media!.storeKey, path)
    const key = 'an-export-of-many-rows-000'
    let highest = 0
    const before = process.memoryUsage().rss
    const looking = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().rss - before)
    }, 20)
    await writeZip({ sql: at.sql, mediaStore, now: Date.now }, ada!.id, key)
    clearInterval(looking)
    expect(await mediaStore.size(key)).toBeGreaterThan(200_000_000)
    expect(highest).toBeLessThan(150_000_000)
  }, 120_000)

  test('promise E1, E5: an export that nobody has downloaded is deleted, with its bytes and its link, when a deletion request removes platform data', async () => {
    await at.control('PATCH', '/settings', {
      dataDeletionUrl: `${at.url}/callbacks/meta/data-deletion`,
    })
    const links = [await askFor(at.admin, 'ada@example.com'), await askFor(max, 'max@example.com')]
    const made = await at.sql<
      { storeKey: string }[]
    >`select store_key from exports where store_key is not null`
    expect(made).toHaveLength(2)
    const { people } = (await at.control('GET', '/accounts/meta')) as {
      people: Record<string, { id: string; name: string }>
    }
    const ada = Object.values(people).find(({ name }) => name === 'Ada Northside')!
    await at.control('POST', `/accounts/meta/people/${ada.id}/remove-app`, {
      deletionRequest: true,
    })
    await expect.poll(() => at.sql`select from exports`, { timeout: 20_000 }).toHaveLength(0)
    const mediaStore = createDiskStore(at.config.media.url)
    for (const { storeKey } of made) expect(await mediaStore.size(storeKey)).toBeNull()
    expect([(await at.admin.open(links[0]!)).status, (await max.open(links[1]!)).status]).toEqual([
      404, 404,
    ])
  }, 180_000)
})
