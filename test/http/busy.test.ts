import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { connect, forPages, type Sql, tx } from '../../db/postgres/connect.ts'
import { createQueue, DatabaseBusy } from '../../db/postgres/waiting.ts'
import { usualStyle } from '../../text/date-style.ts'
import { remembered } from '../../web/http/remembered.ts'
import { loadInsights, type Only, type Query } from '../../web/insights/page.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { createTestDatabase } from '../support/database.ts'

let test: TestApp
/** Another connection, such as that of a migration. */
let other: Sql
let databaseUrl: string

beforeAll(async () => {
  const { url, sql } = await createTestDatabase()
  other = sql
  databaseUrl = url
  const pages = connect({ url, prepare: true, applicationName: 'pages', impatient: forPages })
  atTheEnd(() => pages.end({ timeout: 1 }))
  const ui = createServer(() => undefined) // accepts requests and never responds
  await new Promise<void>((listening) => ui.listen(0, '127.0.0.1', listening))
  atTheEnd(async () => {
    ui.closeAllConnections()
    ui.close()
  })
  const config = testConfig()
  config.temporal.uiUrl = `http://127.0.0.1:${(ui.address() as AddressInfo).port}`
  test = await createTestApp({ sql: pages, config })
})

describe('when a table is locked', () => {
  it('pages that need it return 503 and Retry-After within seconds, and other pages are not delayed', {
    timeout: 30_000,
  }, async () => {
    const { manager } = test.cast
    const opened = (path: string) => {
      const startedAt = performance.now()
      return manager.get(path).then((page) => ({ ...page, ms: performance.now() - startedAt }))
    }
    const unlock = await lock('media')
    const blocked = Array.from({ length: 24 }, () => opened('/w/northside/media'))
    await pause(200)
    const unrelated = await opened('/w/northside/notices')
    const answers = await Promise.all(blocked)
    unlock()
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([503])
    for (const { headers, text, ms } of answers) {
      expect(headers.get('Retry-After')).toBe('5')
      expect(text).toContain('nothing was changed')
      expect(ms).toBeLessThan(12_000)
    }
    expect([200, 503]).toContain(unrelated.status)
    expect(unrelated.ms).toBeLessThan(8_000)
    expect((await opened('/w/northside/media')).status).toBe(200)
  })

  it('insights of a label that take too long say to choose a shorter range', async () => {
    const limits = { ...forPages, statementMs: 2_000, lockMs: 10_000 }
    const sql = connect({ url: databaseUrl, prepare: true, max: 16, impatient: limits })
    atTheEnd(() => sql.end({ timeout: 1 }))
    const id = test.workspaces.northside
    const [label] = await other<{ id: string }[]>`
      insert into labels (workspace_id, name, name_key, color) values (${id}, 'Big', 'big', 'teal') returning id`
    const workspace = { id, slug: 'northside', name: 'Northside', zone: 'UTC', dates: usualStyle }
    const sizes = { posts: 1, accounts: 1 }
    const load = (query: Query, only?: Only) =>
      loadInsights({ ...test.deps, sql }, workspace, null, query, sizes, only)
    await load({ label: label!.id }) // works, and its statements are known
    const unlock = await lock('post_labels')
    const answers = await Promise.allSettled([
      load({ label: label!.id }),
      load({}, { channelIds: null, labelId: label!.id }),
      load({}),
    ])
    unlock()
    expect(answers).toMatchObject([
      { reason: { status: 422, message: expect.stringContaining('Choose a shorter range') } },
      { reason: { status: 422, message: expect.stringContaining('this report took too long') } },
      { status: 'fulfilled' },
    ])
  })

  it('a statement of a page is canceled after five seconds', { timeout: 20_000 }, async () => {
    const startedAt = performance.now()
    await expect(test.deps.sql`select pg_sleep(20)`).rejects.toMatchObject({ code: '57014' })
    expect(performance.now() - startedAt).toBeLessThan(9_000)
  })
})

describe('the queue for connections', () => {
  const limits = { longestMs: 50, most: 2 }

  it('admits as many as there are slots, and the next one when one leaves', async () => {
    const queue = createQueue(1, limits)
    const leave = await queue.enter()
    const second = queue.enter()
    leave()
    expect(await second).toBeTypeOf('function')
  })

  it('refuses those who have waited too long, and newcomers when too many are waiting', async () => {
    const queue = createQueue(1, limits)
    const leave = await queue.enter()
    const waiting = [queue.enter(), queue.enter()]
    await expect(queue.enter()).rejects.toBeInstanceOf(DatabaseBusy)
    for (const one of waiting) await expect(one).rejects.toBeInstanceOf(DatabaseBusy)
    leave()
    expect(await queue.enter()).toBeTypeOf('function')
  })

  it('does not count a fragment inside a statement', async () => {
    const { sql } = test.deps
    const many = Array.from({ length: 40 }, () => sql`select ${sql`1 + ${sql`1`}`} as two`)
    for (const [row] of await Promise.all(many)) expect(row).toMatchObject({ two: 2 })
  })
})

describe('waiting for Temporal', () => {
  it('one request a second serves all callers, and a failed one is repeated', async () => {
    let asked = 0
    const answer = remembered(60, async () => {
      asked += 1
      if (asked === 1) throw new Error('away')
      return asked
    })
    await expect(answer()).rejects.toThrow('away')
    expect(await Promise.all([answer(), answer(), answer()])).toEqual([2, 2, 2])
    await pause(80)
    expect(await answer()).toBe(3)
  })

  it('a Temporal UI page that does not start within ten seconds returns 504', {
    timeout: 30_000,
  }, async () => {
    const startedAt = performance.now()
    const page = await test.cast.operator.get('/temporal/')
    expect(page.status).toBe(504)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
  })
})

/** Locks the table until the returned function is called. */
const lock = (table: string): Promise<() => void> =>
  new Promise((locked) => {
    void tx(other, async (t) => {
      await t`lock table ${t(table)} in access exclusive mode`
      await new Promise<void>((unlock) => locked(unlock))
    })
  })
