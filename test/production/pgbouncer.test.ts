import { beforeAll, expect, it } from 'vitest'
import {
  close,
  connect,
  type Db,
  keepGuardsInRole,
  type Sql,
  tx,
} from '../../db/postgres/connect.ts'
import { onSnapshot } from '../../db/postgres/dump.ts'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import type { TestDatabase } from '../support/database.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'
import { startPgBouncer } from '../support/servers/pgbouncer.ts'

/**
 * Fewer connections than the product uses at once, so that they are passed from one to the other.
 */
const connections = 4
let house: Installed

/**
 * Set up as an operator would: everything goes through PgBouncer, except for what needs a
 * connection that stays open.
 */
const behindPgBouncer = async ({ url, sql: direct }: TestDatabase): Promise<Sql> => {
  await keepGuardsInRole(direct)
  const straight = new URL(url)
  straight.searchParams.set('application_name', 'straight')
  const pooled = await startPgBouncer(url, connections)
  const sql = connect({
    url: pooled,
    prepare: false,
    direct: { url: straight.href, prepare: true },
  })
  atTheEnd(() => close(sql))
  return sql
}

beforeAll(async () => {
  house = await install({ pool: behindPgBouncer })
}, 60_000)

it('a post is composed, scheduled and published through PgBouncer', {
  timeout: 60_000,
}, async () => {
  const { admin, slug, ledger } = house
  const text = 'Through a pooler'
  const dueAt = new Date(Math.ceil((Date.now() + 6_000) / 1_000) * 1_000)
  const channel = house.channel('Northside Records')
  const scheduled = await compose(
    admin,
    slug,
    { text, channel, [`kind.${channel}`]: 'text', time: wallTimeOf(dueAt, 'Europe/Zurich') },
    'Schedule',
  )
  await untilPage(admin, scheduled.url, (page) => page.text.includes('published'))
  expect((await ledger.posts()).map((post) => post.text)).toEqual([text])
})

it('many simultaneous statements and transactions share a few connections', {
  timeout: 30_000,
}, async () => {
  const { sql } = house
  const numbers = Array.from({ length: 400 }, (_, number) => number)
  const ask = [
    async (number: number) => {
      const [row] = await sql<{ sum: number }[]>`select ${number}::int + 1 as sum`
      return row?.sum
    },
    async (number: number) => {
      await sql`select now()` // has no parameters, so it is sent together with the next statement
      return number + 1
    },
    (number: number) =>
      tx(sql, async (t) => {
        const [row] = await t<{ sum: number }[]>`select ${number}::int + 1 as sum`
        await t`select pg_sleep(0.001)`
        return row?.sum
      }),
  ]
  const sums = await Promise.all(numbers.map((number) => ask[number % ask.length]?.(number)))
  expect(sums).toEqual(numbers.map((number) => number + 1))
})

it('notifications and backups bypass PgBouncer', async () => {
  const { sql } = house
  const heard = new Promise<string>(
    (resolve) => void sql.listen('said', resolve, () => void sql.notify('said', 'a word')),
  )
  expect(await heard).toBe('a word')
  expect(await onSnapshot(sql, nameOf)).toBe('straight')
  expect(await tx(sql, nameOf)).toBe('cratesocial')
})

const nameOf = async (t: Db): Promise<unknown> => {
  const [row] = await t<{ name: string }[]>`select current_setting('application_name') as name`
  return row?.name
}
