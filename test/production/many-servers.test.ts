import { pino } from 'pino'
import { beforeAll, expect, inject, it } from 'vitest'
import { insertSession } from '../../db/people/sessions.ts'
import { close, connect, keepGuardsInRole, type Sql } from '../../db/postgres/connect.ts'
import { createApp } from '../../web/app.ts'
import { createLive, type Live } from '../../web/notifications/live.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { createBrowser } from '../support/browsing.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'
import { databaseUrl } from '../support/servers/template-database.ts'

/**
 * The second server uses the database as behind PgBouncer: without prepared statements, and with a
 * separate connection for listening.
 */
let first: TestApp
let second: { sql: Sql; live: Live; app: ReturnType<typeof createApp> }

beforeAll(async () => {
  first = await createTestApp()
  const [{ name }] = (await first.sql`select current_database() as name`) as unknown as [
    { name: string },
  ]
  const url = databaseUrl(inject('postgresUrl'), name)
  const direct = new URL(url)
  direct.searchParams.set('application_name', 'direct')
  const sql = connect({ url, prepare: false, direct: { url: direct.href, prepare: true } })
  const live = await createLive(sql, pino({ level: 'silent' }))
  second = { sql, live, app: createApp({ ...first.deps, sql, live }) }
  atTheEnd(async () => {
    await live.close()
    await close(sql)
  })
})

const nextChange = (live: Live): Promise<string | null | undefined> =>
  new Promise((resolve) => {
    const stop = live.subscribe(
      { workspaceId: first.workspaces.northside },
      {
        changed: (change) => {
          stop()
          resolve(change?.targetId)
        },
        closed: () => resolve('closed'),
      },
    )
  })

it('pages of one server receive changes made through the other', async () => {
  const { facebook } = await connectAll(first.deps, {
    workspaceId: first.workspaces.northside,
    userId: first.cast.admin.id,
  })
  const heard = [nextChange(first.deps.live), nextChange(second.live)]
  const { targetId } = await insertTarget(first.deps, {
    workspaceId: first.workspaces.northside,
    channelId: facebook,
    platform: 'facebook',
  })
  expect(await Promise.all(heard)).toEqual([targetId, targetId])
  const back = nextChange(first.deps.live)
  await second.sql`update targets set waiting_for = 'said by the second' where id = ${targetId}`
  expect(await back).toBe(targetId)
})

it('a person who signed in at one server is signed in at the other, which uses no prepared statements', async () => {
  const browser = createBrowser(second.app, first.deps.config.publicUrl)
  browser.setCookie(
    `__Host-session=${await insertSession(first.sql, first.cast.manager.id, new Date())}`,
  )
  for (const path of [
    '/w/northside/calendar',
    '/w/northside/posts/new',
    '/w/northside/media',
    '/w/northside/channels',
    '/account',
  ])
    expect((await browser.request(path, {})).status, path).toBe(200)
  const [prepared] = await second.sql`select count(*)::int as count from pg_prepared_statements`
  expect(prepared?.count).toBe(0)
})

it('the timeouts of a connection come from the role if a pooler does not pass on ours', async () => {
  const before = await second.sql`show statement_timeout`
  expect(before[0]?.statementTimeout).toBe('0')
  await keepGuardsInRole(first.sql)
  const [{ name }] = (await first.sql`select current_database() as name`) as unknown as [
    { name: string },
  ]
  const fresh = connect({ url: databaseUrl(inject('postgresUrl'), name), prepare: false, max: 1 })
  try {
    expect((await fresh`show statement_timeout`)[0]?.statementTimeout).toBe('15s')
    expect((await fresh`show lock_timeout`)[0]?.lockTimeout).toBe('5s')
    expect((await fresh`select current_setting('timezone') as zone`)[0]?.zone).toBe('UTC')
  } finally {
    await close(fresh)
  }
})
