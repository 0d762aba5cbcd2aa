import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, password, type TestApp } from '../support/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

beforeEach(async () => {
  await test.sql`delete from throttle`
})

describe('sessions', () => {
  it('use a single cookie, for this host only and not readable by scripts (promise A7)', async () => {
    const response = await test.browser().request('/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ email: test.cast.manager.email, password }),
      headers: { Origin: test.deps.config.publicUrl },
    })
    const cookies = response.headers.getSetCookie()
    expect(cookies).toHaveLength(1)
    expect(cookies[0]).toMatch(
      /^__Host-session=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  it('are stored as a hash, without location or browser (promises A3, A7)', async () => {
    const columns = await test.sql`
      select column_name from information_schema.columns where table_name = 'sessions' order by ordinal_position`
    expect(columns.map((column) => column.columnName)).toEqual([
      ...[
        'id',
        'token_hash',
        'user_id',
        'created_at',
        'last_seen_at',
        'confirmed_at',
        'expires_at',
        'ends_at',
      ],
      ...['second_factor_at', 'awaits_second_factor'],
    ])
    const token = test.cast.manager.cookie().split('=')[1]!
    const [dump] = await test.sql`select string_agg(s::text, '') as text from sessions s`
    expect(dump!.text).not.toContain(token)
  })

  it('end after 14 idle days, and after 90 days in any case', async () => {
    const idle = await test.addPerson('Ida Idle')
    const busy = await test.addPerson('Bea Busy')
    const day = 86_400_000
    for (let passed = 0; passed < 13; passed++) {
      test.clock.moveBy(day)
      expect((await busy.get('/account')).status).toBe(200)
    }
    expect((await idle.get('/account')).status).toBe(200)
    test.clock.moveBy(14 * day + 1)
    expect((await idle.get('/account')).status).toBe(303)

    const steady = await test.addPerson('Stella Steady')
    for (let passed = 0; passed < 89; passed += 10) {
      expect((await steady.get('/account')).status).toBe(200)
      test.clock.moveBy(10 * day)
    }
    expect((await steady.get('/account')).status).toBe(303)
  })

  it('end when the person signs out, even for someone who kept the cookie', async () => {
    const leaver = await test.addPerson('Lea Leaver')
    const kept = leaver.cookie()
    const answer = await leaver.post('/sign-out')
    expect([answer.status, answer.location]).toEqual([303, '/?said=signed-out'])
    expect(leaver.cookie()).toBe('')
    leaver.setCookie(kept)
    expect((await leaver.get('/account')).status).toBe(303)
  })
})

describe('a sensitive action', () => {
  it('requires the password again after ten minutes, on a separate page', async () => {
    const person = await test.addPerson('Paula Patient')
    const page = await person.get('/confirm?next=/account')
    expect(page.status).toBe(200)
    expect(
      (await person.post('/confirm', { confirm_password: 'something else', next: '/account' }))
        .status,
    ).toBe(422)
    const [before] =
      await test.sql`select confirmed_at as at from sessions where user_id = ${person.id}`
    test.clock.moveBy(60_000)
    const answer = await person.post('/confirm', { confirm_password: password, next: '/account' })
    expect([answer.status, answer.location]).toEqual([303, '/account'])
    const [after] =
      await test.sql`select confirmed_at as at from sessions where user_id = ${person.id}`
    expect(after!.at.getTime()).toBeGreaterThan(before!.at.getTime())
  })
})
