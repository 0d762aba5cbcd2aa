import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { variables } from '../../config-variables.ts'
import { purposes } from '../../db/purposes.ts'
import { promises } from '../../promises.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

const root = new URL('../../', import.meta.url).pathname
let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})

const columnsOf = async (table: string): Promise<string[]> => {
  const rows = await app.sql<{ name: string }[]>`
    select column_name as name from information_schema.columns where table_schema = 'public' and table_name = ${table} order by 1`
  return rows.map(({ name }) => name)
}

describe('what is kept', () => {
  test('promise S6: every table serves a promise, and none that is gone is still listed', async () => {
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

  test('promise D1, D2: of a connection: sealed tokens, ids, name, and how the connection is', async () => {
    const rows = ['id', 'workspace_id', 'connected_by', 'connected_at', 'state', 'state_reason', 'ended_at']
    const upkeep = ['renewing_by', 'renewing_until', 'next_renewal_at', 'renewal_failures', 'next_check_at', 'checked_at']
    const ends = ['expires_at', 'refresh_expires_at', 'data_access_expires_at', 'renewed_at', 'warned_of', 'warned_days']
    const ofThePlatform = ['issuer', 'issuer_user_id', 'user_name', 'access_token_sealed', 'refresh_token_sealed', 'scopes']
    const grants = await columnsOf('grants')
    expect(grants.filter((name) => ![...rows, ...upkeep, ...ends, ...ofThePlatform].includes(name))).toEqual([])
    expect(ofThePlatform.filter((name) => !grants.includes(name))).toEqual([])
  })

  test('promise D1, D2: of an account and its posts: what publishing needs, and the numbers that are charted, no more', async () => {
    const account = ['platform', 'account_id', 'name', 'handle', 'token_sealed', 'settings', 'account_facts', 'account_facts_at']
    const ours = ['id', 'workspace_id', 'grant_id', 'state', 'state_reason', 'connected_at', 'disconnected_at']
    expect(await columnsOf('channels')).toEqual([...account, ...ours].sort())
    const moment = ['workspace_id', 'target_id', 'taken_at', 'source']
    const numbers = ['views', 'reach', 'likes', 'comments', 'shares', 'saves']
    expect(await columnsOf('snapshots')).toEqual([...moment, ...numbers].sort())
    const ofAccount = ['workspace_id', 'channel_id', 'taken_at', 'source', 'day', 'followers', 'views', 'reach']
    expect(await columnsOf('account_snapshots')).toEqual(ofAccount.sort())
  })
})

const codeFiles = (): string[] =>
  ['workflows', 'activities', 'platforms', 'db', 'web'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  )

describe('where data goes', () => {
  test('promise S5, D5: nothing opens a connection to the world but the client of platforms, the mail, and the media store', () => {
    const opens = /\bfetch\(|from '(?:node:)?(?:net|http|https|http2|tls|dgram|undici)'|from '(?:nodemailer|@aws-sdk\/[^']+)'/
    const doors = codeFiles().filter((file) => {
      const text = readFileSync(join(root, file), 'utf8').replace(
        /import (type )?\{[^}]*\b(?:isIP|BlockList)\b[^}]*\} from 'node:net'/,
        '',
      )
      return opens.test(text)
    })
    const allowed = ['platforms/http.ts', 'activities/mail.ts', 'activities/s3-store.ts']
    expect(doors).toContain('platforms/http.ts')
    expect(doors.filter((file) => !allowed.includes(file))).toEqual([])
  })

  test('promise S5: without further settings every address is this machine or one of the two platforms', () => {
    const hosts = Object.values(variables)
      .flatMap((variable) => ('fallback' in variable && variable.fallback ? [variable.fallback] : []))
      .filter((text) => /^[a-z]+:\/\//.test(text))
      .map((text) => new URL(text).hostname)
    expect(hosts.length).toBeGreaterThan(6)
    expect(
      hosts.filter((host) => !/^(|localhost|127\.0\.0\.1|(.+\.)?facebook\.com|(.+\.)?tiktok(apis)?\.com)$/.test(host)),
    ).toEqual([])
  })

  test('promise D5: a post, its account and its numbers are shown to members of the workspace only', async () => {
    const { sql, deps, cast, workspaces } = app
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id, name: 'Northside on Facebook' })
    const { postId, targetId } = await insertTarget(deps, { ...place, channelId })
    await sql`insert into snapshots (workspace_id, target_id, taken_at, source, views) values (${workspaces.northside}, ${targetId}, now(), 'test', 4711)`
    const pages = ['channels', `posts/${postId}`, 'calendar', 'activity', 'today'].map((page) => `/w/northside/${page}`)
    expect((await cast.admin.get('/w/northside/channels')).text).toContain('Northside on Facebook')
    for (const who of [cast.outsider, cast.operator])
      for (const page of pages) {
        const answer = await who.get(page)
        expect([page, answer.status, answer.text.includes('Northside on Facebook')]).toEqual([page, 404, false])
      }
    for (const page of pages) expect([page, (await cast.stranger.get(page)).status]).toEqual([page, 303])
  })
})
