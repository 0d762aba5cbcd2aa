import { describe, expect, it } from 'vitest'
import { extendOne } from '../../../posting/series/extend.ts'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import {
  base,
  channels,
  daily,
  dayIn,
  later,
  notices,
  posts,
  refOf,
  start,
  test,
  zone,
} from './northside.ts'

describe('however often and wherever a series is extended', () => {
  it('no post is made twice and none is left out, also if connections end in the middle', {
    timeout: 90_000,
  }, async () => {
    await start([...daily, ['repeat_end', 'count'], ['repeat_count', '45']])
    const ref = await refOf()
    for (const days of [4, 8, 12]) {
      const running = Array.from({ length: 4 }, () =>
        extendOne(later(days), ref).catch((error: unknown) => {
          expect(String(error)).toMatch(/terminat|closed|CONNECTION/i)
          return 0
        }),
      )
      // Kills whatever runs now: sessions of this database that hold a transaction.
      await test.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state like '%transaction%'`.catch(
        () => undefined,
      )
      await Promise.all(running)
    }
    await extendOne(later(12), ref)
    const on = (await posts()).map((post) => post.on)
    expect(on).toEqual(Array.from({ length: on.length }, (_, index) => dayIn(index + 1)))
    expect(on).toHaveLength(40)
    await extendOne(later(20), ref)
    expect(await posts()).toHaveLength(45)
    const doubled = test.sql`update posts set occurrence_on = ${dayIn(1)} where occurrence_on = ${dayIn(2)}`
    await expect(doubled).rejects.toThrow(/posts_once/)
  })

  it('an account that was disconnected is left out, with one notice', async () => {
    await start([...daily, ['channel', channels.instagram]])
    await test.sql`update channels set state = 'disconnected', token_sealed = null where id = ${channels.instagram}`
    await extendOne(later(3), await refOf())
    expect((await posts()).slice(-3).map((post) => post.targets)).toEqual(
      Array(3).fill(['scheduled']),
    )
    expect(await notices()).toEqual([{ kind: 'canceled', channelId: channels.instagram }])
    const { text } = await test.cast.manager.get(`${base}/notices`)
    expect(text).toMatch(/A post that repeats goes out without\s+Northside Events/)
  })

  it('what breaks a rule by now becomes a draft with its time, and a person is told', async () => {
    await start(daily)
    await test.sql`update series set text = ''`
    await extendOne(later(1), await refOf())
    const [last] = (await posts()).slice(-1)
    expect([last?.state, last?.targets, wallTimeOf(last!.dueAt, zone)]).toEqual([
      'draft',
      [],
      `${dayIn(29)}T18:00`,
    ])
    expect((await notices()).map(({ kind }) => kind)).toEqual(['failed'])
  })

  it('goes on when the person who made it is gone', async () => {
    const leaver = await test.addPerson('Lea Leaver')
    await start(daily)
    await test.sql`update series set created_by = ${leaver.id}`
    await test.sql`delete from users where id = ${leaver.id}`
    expect(await extendOne(later(1), await refOf())).toBe(1)
    expect((await test.sql`select 1 from posts where created_by is null`).length).toBe(1)
  })
})
