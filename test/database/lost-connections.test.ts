import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, expect, inject, it } from 'vitest'
import { close, connect, type Sql, tx } from '../../db/postgres/connect.ts'
import { copyOut, onSnapshot } from '../../db/postgres/dump.ts'
import { personSections } from '../../db/privacy/export-rows.ts'
import { sentenceOf } from '../../text/failure-words.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { createTestDatabase } from '../support/database.ts'
import { databaseUrl } from '../support/servers/template-database.ts'

/**
 * `sql` is the pool whose connections are broken. `witness` is a separate connection that sees what
 * was written.
 */
let sql: Sql
let witness: Sql
const applicationName = 'shot at'
const uncaught: unknown[] = []
const keepUncaught = (error: unknown) => void uncaught.push(error)

beforeAll(async () => {
  const database = await createTestDatabase()
  witness = database.sql
  sql = connect({
    url: databaseUrl(inject('postgresUrl'), database.name),
    prepare: true,
    max: 6,
    applicationName,
  })
  atTheEnd(() => close(sql))
  await witness`create table pairs (id int, half text, unique (id, half))`
  await witness`create view generate_many as select repeat(n::text, 200) as n from generate_series(1, 200000) as g(n)`
  process.on('uncaughtExceptionMonitor', keepUncaught)
  atTheEnd(async () => void process.off('uncaughtExceptionMonitor', keepUncaught))
})
afterEach(async () => {
  await witness`truncate pairs`
  expect(uncaught).toEqual([])
})

/**
 * Ends all connections of the pool in this state, as a failover of the server would. Returns how
 * many.
 */
const shoot = async (where: { state?: string; query?: string } = {}): Promise<number> => {
  const rows = await witness`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = ${applicationName} and state like ${where.state ?? '%'} and query like ${where.query ?? '%'}`
  return rows.length
}
/** Repeats until it has ended at least one. */
const hit = async (where: { state?: string; query?: string }): Promise<void> => {
  while ((await shoot(where)) === 0) await sleep(5)
}
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )
/**
 * Expects that all connections of the pool work. The driver reports a broken connection to one or
 * two of the next queries.
 */
const expectPoolWhole = async () => {
  for (let tries = 0; ; tries += 1) {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => outcomeOf(sql`select pg_sleep(0.01)`)),
    )
    if (answers.every((answer) => answer === 'done')) return
    if (tries === 20) throw answers.find((answer) => answer !== 'done')
    await sleep(50)
  }
}
const pairs = async () =>
  (
    await witness`select id, array_agg(half order by half) as halves from pairs group by id order by id`
  ).map((row) => [row.id, row.halves])

it('a connection that breaks while it is idle goes unnoticed', async () => {
  await expectPoolWhole()
  expect(await shoot({ state: 'idle' })).toBeGreaterThan(0)
  await expectPoolWhole()
})

it('a query whose connection breaks fails, and later queries work', async () => {
  const asking = outcomeOf(sql`select pg_sleep(20)`)
  await hit({ query: '%pg_sleep(20)%' })
  expect(await asking).toBeInstanceOf(Error)
  await expectPoolWhole()
})

it('a transaction whose connection breaks during a query writes nothing', async () => {
  const working = outcomeOf(
    tx(sql, async (t) => {
      await t`insert into pairs values (1, 'a')`
      await t`select pg_sleep(20)`
      await t`insert into pairs values (1, 'b')`
    }),
  )
  await hit({ query: '%pg_sleep(20)%' })
  expect(await working).toBeInstanceOf(Error)
  await expectPoolWhole()
  expect(await pairs()).toEqual([])
})

it('a transaction whose connection breaks between two queries writes nothing afterwards, even if others are waiting for the connection', async () => {
  const waiting: Promise<unknown>[] = []
  const working = outcomeOf(
    tx(sql, async (t) => {
      await t`insert into pairs values (2, 'a')`
      for (let count = 0; count < 30; count += 1)
        waiting.push(outcomeOf(sql`select pg_sleep(0.05)`))
      await hit({ state: 'idle in transaction' })
      await sleep(100) // the end of the connection arrives
      await t`insert into pairs values (2, 'b')`
    }),
  )
  expect(await working).toBeInstanceOf(Error)
  await Promise.all(waiting)
  await expectPoolWhole()
  expect(await pairs()).toEqual([])
})

it('a transaction that ignores a failed statement still cannot write outside the transaction', async () => {
  const working = outcomeOf(
    tx(sql, async (t) => {
      await t`insert into pairs values (3, 'a')`
      await Promise.all([
        outcomeOf(Promise.resolve(t`select pg_sleep(20)`)),
        hit({ query: '%pg_sleep(20)%' }),
      ])
      await outcomeOf(Promise.resolve().then(() => t`insert into pairs values (3, 'b')`))
    }),
  )
  expect(await working).toBeInstanceOf(Error)
  await expectPoolWhole()
  expect(await pairs()).toEqual([])
})

it('under load, with connections breaking continuously, every transaction is applied completely or not at all, and nothing hangs', {
  timeout: 60_000,
}, async () => {
  const said = new Map<number, string>()
  let open = true
  const work = async (id: number) => {
    const outcome = await outcomeOf(
      tx(sql, async (t) => {
        await t`insert into pairs values (${id}, 'a')`
        await t`select pg_sleep(0.004)`
        await t`insert into pairs values (${id}, 'b')`
      }),
    )
    said.set(id, outcome === 'done' ? 'done' : 'failed')
  }
  const workers = Array.from({ length: 12 }, async (_, worker) => {
    for (let round = 0; open; round += 1) {
      await work(100 + worker * 10_000 + round)
      await outcomeOf(sql`select count(*) from pairs`)
    }
  })
  let shots = 0
  for (let round = 0; round < 60; round += 1) {
    const rows = await witness`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${applicationName} and pid % 3 = ${round % 3}`
    shots += rows.length
    await sleep(25)
  }
  open = false
  await Promise.all(workers)
  await expectPoolWhole()
  expect(shots).toBeGreaterThan(20)
  const there = await pairs()
  expect(there.filter(([, halves]) => String(halves) !== 'a,b')).toEqual([])
  const ids = new Set(there.map(([id]) => id))
  const lost = [...said].filter(([id, outcome]) => outcome === 'done' && !ids.has(id))
  expect(lost).toEqual([])
  expect([...said.values()].filter((outcome) => outcome === 'done').length).toBeGreaterThan(0)
})

it('a backup whose connection breaks between two statements or while it copies rows fails with one sentence', async () => {
  for (const moment of ['between', 'while'] as const) {
    const working = outcomeOf(
      onSnapshot(sql, async (t) => {
        if (moment === 'while') {
          const rows = await copyOut(t, { name: 'generate_many', columns: ['n'] })
          void hit({ query: 'copy %' })
          for await (const _ of rows) await sleep(20)
          return
        }
        await t`select 1`
        await hit({ state: 'idle in transaction' })
        await sleep(100) // the end of the connection arrives
        await t`select 1`
      }),
    )
    const error = await working
    expect(error, moment).toBeInstanceOf(Error)
    expect(sentenceOf(error), moment).toBe(
      'PostgreSQL ended the connection: it was stopped or restarted. Try again when it runs.',
    )
    await expectPoolWhole()
  }
})

it('an export whose connection breaks between two fetches fails, and the process continues', async () => {
  const sessions = (await sectionsOf()).find(({ file }) => file === 'you/sessions')
  const reading = outcomeOf(
    (async () => {
      for await (const _ of sessions!.rows()) {
        await hit({ state: 'idle in transaction' })
        await sleep(100)
      }
    })(),
  )
  expect(await reading).toMatchObject({ code: 'CONNECTION_CLOSED' })
  await expectPoolWhole()
})

const sectionsOf = async () => {
  await witness`insert into users (email, name, password_hash) values ('ada@example.com', 'Ada', 'none') on conflict do nothing`
  const [{ id } = { id: '' }] = await witness<{ id: string }[]>`select id from users limit 1`
  await witness`
    insert into sessions (token_hash, user_id, expires_at, ends_at)
    select sha256(n::text::bytea), ${id}, now() + interval '1 day', now() + interval '1 day' from generate_series(1, 1200) as g(n)`
  return await personSections(sql, id)
}

it('closing the pool right after a connection broke completes', async () => {
  const other = connect({
    url: databaseUrl(
      inject('postgresUrl'),
      (await witness`select current_database() as name`)[0]?.name,
    ),
    prepare: true,
    applicationName,
  })
  const asking = outcomeOf(other`select pg_sleep(20)`)
  await hit({ query: '%pg_sleep(20)%' })
  await asking
  await close(other)
})
