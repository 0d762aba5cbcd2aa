import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { variables } from '../../config/variables.ts'
import { endGrant } from '../../db/channels/grants.ts'
import { keptData } from '../../db/privacy/kept/kept-data.ts'
import { bookkeeping, platformData } from '../../db/privacy/kept/kept-platform-data.ts'
import { purposes } from '../../db/privacy/purposes.ts'
import { promises } from '../../promises.ts'
import { productFolders } from '../house-rules.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})

describe('stored data', () => {
  test('promise S6: every table serves a promise, and no removed table is still listed', async () => {
    const rows = await app.sql<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`
    const tables = rows.map(({ name }) => name).sort()
    expect(tables.filter((name) => (purposes[name] ?? []).length === 0)).toEqual([])
    expect(Object.keys(purposes).filter((name) => !tables.includes(name))).toEqual([])
    const known = new Set(promises.map(({ id }) => id))
    expect(
      Object.values(purposes)
        .flat()
        .filter((id) => !known.has(id)),
    ).toEqual([])
  })

  test('promise S6, A3, D1, D2, D3: every column with data is in the policy with its purpose, or is internal bookkeeping', async () => {
    const columns = await app.sql<{ tableName: string; name: string; type: string }[]>`
      select c.table_name, c.column_name as name, c.data_type as type from information_schema.columns c
        join pg_class r on r.relname = c.table_name and r.relnamespace = 'public'::regnamespace
      where c.table_schema = 'public' and r.relkind in ('r', 'p') and not r.relispartition order by 1, c.ordinal_position`
    const listed = new Set(
      [...keptData, ...platformData].flatMap((item) => item.columns).concat(bookkeeping),
    )
    const isListed = (table: string, name: string) =>
      listed.has(`${table}.${name}`) || listed.has(`${table}.*`)
    const neutral = /^(uuid|boolean|timestamp with time zone)$/
    const missing = columns.filter(
      ({ tableName, name, type }) => !neutral.test(type) && !isListed(tableName, name),
    )
    expect(missing.map(({ tableName, name }) => `${tableName}.${name}`)).toEqual([])
    const known = new Set(
      columns.flatMap(({ tableName, name }) => [`${tableName}.${name}`, `${tableName}.*`]),
    )
    expect(
      [...listed].filter((column) => !known.has(column)),
      'listed, but not there any more',
    ).toEqual([])
    const twice = [...keptData, ...platformData]
      .flatMap((item) => item.columns)
      .filter((column, at, all) => all.indexOf(column) !== at)
    expect(twice, 'listed twice').toEqual([])
  })

  test("promise S6: when an authorization ends, the person's name and permissions are deleted with its tokens", async () => {
    const place = {
      workspaceId: app.workspaces.northside,
      platform: 'facebook' as const,
      userId: app.cast.admin.id,
    }
    const { grantId } = await insertChannel(app.deps, {
      ...place,
      tokens: { scopes: ['pages_show_list'] },
    })
    const find = async () =>
      (
        await app.sql`select user_name, scopes, access_token_sealed from grants where id = ${grantId}`
      )[0]
    expect(await find()).toMatchObject({ userName: 'Ada Northside', scopes: ['pages_show_list'] })
    await endGrant(app.sql, grantId, 'disconnected', new Date())
    expect(await find()).toEqual({ userName: '', scopes: [], accessTokenSealed: null })
  })
})

const codeFiles = (): string[] =>
  productFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  )

describe('where data goes', () => {
  test('promise S5, D5: only the platform client, mail, the media store and webhooks open connections to the outside', () => {
    const opens =
      /\bfetch\(|from '(?:node:)?(?:net|http|https|http2|tls|dgram|undici)'|from '(?:nodemailer|@aws-sdk\/[^']+)'/
    const doors = codeFiles().filter((file) => {
      const text = readFileSync(join(root, file), 'utf8')
        .replace(/^import type .*$/gm, '')
        .replaceAll('handler.fetch(', '') // answers a request, in this process
        .replace(/import (type )?\{[^}]*\b(?:isIP|BlockList)\b[^}]*\} from 'node:net'/, '')
      return opens.test(text)
    })
    // The metrics open no connections; they respond to requests. The command line runs on people's
    // own machines and talks only to CrateSocial.
    const allowed = [
      'cli/api.ts',
      'platforms/http.ts',
      'activities/mail/send.ts',
      'activities/webhooks/receiver.ts',
      'media/s3-store.ts',
      'observability/metrics.ts',
    ]
    expect(doors).toContain('platforms/http.ts')
    expect(doors.filter((file) => !allowed.includes(file))).toEqual([])
  })

  test('promise S5: by default, every address is this machine or one of the two platforms', () => {
    const hosts = Object.values(variables)
      .flatMap((variable) =>
        'fallback' in variable && variable.fallback ? [variable.fallback] : [],
      )
      .filter((text) => /^[a-z]+:\/\//.test(text))
      .map((text) => new URL(text).hostname)
    expect(hosts.length).toBeGreaterThan(6)
    expect(
      hosts.filter(
        (host) =>
          !/^(|localhost|127\.0\.0\.1|(.+\.)?facebook\.com|(.+\.)?tiktok(apis)?\.com)$/.test(host),
      ),
    ).toEqual([])
  })

  test('promise D5: a post, its account and its numbers are shown to members of the workspace only', async () => {
    const { sql, deps, cast, workspaces } = app
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, {
      ...place,
      userId: cast.admin.id,
      name: 'Northside on Facebook',
    })
    const { postId, targetId } = await insertTarget(deps, { ...place, channelId })
    await sql`insert into snapshots (workspace_id, target_id, taken_at, source, views) values (${workspaces.northside}, ${targetId}, now(), 'test', 4711)`
    const pages = ['channels', `posts/${postId}`, 'calendar', 'activity', 'today'].map(
      (page) => `/w/northside/${page}`,
    )
    expect((await cast.admin.get('/w/northside/channels')).text).toContain('Northside on Facebook')
    for (const who of [cast.outsider, cast.operator])
      for (const page of pages) {
        const answer = await who.get(page)
        expect([page, answer.status, answer.text.includes('Northside on Facebook')]).toEqual([
          page,
          404,
          false,
        ])
      }
    for (const page of pages)
      expect([page, (await cast.stranger.get(page)).status]).toEqual([page, 303])
  })
})
