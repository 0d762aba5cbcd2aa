import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, password, type TestApp } from '../support/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const fresh = 'another heap of records'

describe('the data about a person (promise A3)', () => {
  it('is name, work email, password hash and what the account needs, and the table has no other column', async () => {
    const columns = await test.sql`
      select column_name from information_schema.columns where table_schema = 'public' and table_name = 'users'`
    const person = ['id', 'email', 'name', 'password_hash']
    const choices = [
      'theme',
      'hours',
      'date_order',
      'week_start',
      'has_shortcuts',
      'notices_by_mail',
    ]
    const account = [
      'is_operator',
      'created_at',
      'deactivated_at',
      'deactivated_by',
      'policy_version',
    ]
    expect(columns.map((column) => column.columnName).sort()).toEqual(
      [...person, ...choices, ...account].sort(),
    )
  })
})

describe('a person can correct (promise E2)', () => {
  it('their name', async () => {
    const person = await test.addPerson('Wrnog Name')
    expect((await person.post('/account/name', { name: '  Wanda Right ' })).location).toBe(
      '/account?said=name-saved',
    )
    expect((await person.get('/account?said=name-saved')).text).toContain('Name saved.')
    const [row] = await test.sql`select name from users where id = ${person.id}`
    expect(row!.name).toBe('Wanda Right')
    expect((await person.post('/account/name', { name: ' ' })).status).toBe(422)
  })

  it('their address, with the password, unless somebody else has it', async () => {
    const person = await test.addPerson('Mila Moves')
    expect(
      (
        await person.post('/account/email', {
          email: 'mila@new.example',
          password: 'not hers at all',
        })
      ).status,
    ).toBe(422)
    expect(
      (await person.post('/account/email', { email: test.cast.admin.email, password })).status,
    ).toBe(422)
    expect((await person.post('/account/email', { email: 'mila', password })).status).toBe(422)
    const [before] = await test.sql`select email from users where id = ${person.id}`
    expect(before!.email).toBe(person.email)
  })

  it('their theme', async () => {
    const person = await test.addPerson('Dora Dark')
    await person.post('/account/theme', { theme: 'dark' })
    expect((await person.get('/account')).text).toContain('<html lang="en" data-theme="dark">')
    expect((await person.post('/account/theme', { theme: 'neon' })).status).toBe(422)
  })
})

describe('a person chooses', () => {
  it('how dates and times are written, on every page', async () => {
    const person = await test.addPerson('Fay Formats')
    const us = { hours: '12', dateOrder: 'mdy', weekStart: '7' }
    expect((await person.post('/account/dates', us)).location).toBe(
      '/account?said=dates-saved#dates',
    )
    expect((await person.get('/account')).text).toMatch(/last used today, \d+:\d\d [AP]M/)
    expect((await person.post('/account/dates', { ...us, hours: '13' })).status).toBe(422)
    const [row] = await test.sql`
      select hours, date_order, week_start from users where id = ${person.id}`
    expect(row).toEqual({ hours: 12, dateOrder: 'mdy', weekStart: 7 })
  })

  it('whether single keys do something', async () => {
    const { manager } = test.cast
    const hasKey = async () =>
      (await manager.get('/w/northside/today')).text.includes('data-key="n"')
    expect(await hasKey()).toBe(true)
    await manager.post('/account/shortcuts', {})
    expect(await hasKey()).toBe(false)
    await manager.post('/account/shortcuts', { shortcuts: 'on' })
    expect(await hasKey()).toBe(true)
  })
})

describe('changing the password', () => {
  it('ends every session, and this browser gets a new one', async () => {
    const person = await test.addPerson('Cora Changes')
    const elsewhere = test.browser()
    await elsewhere.post('/sign-in', { email: person.email, password })
    const former = person.cookie()
    expect(
      (await person.post('/account/password', { current: password, password: fresh })).location,
    ).toBe('/account?said=password-changed')
    expect(person.cookie()).not.toBe(former)
    expect((await person.get('/account')).status).toBe(200)
    expect((await elsewhere.get('/account')).status).toBe(303)
    const thief = test.browser()
    thief.setCookie(former)
    expect((await thief.get('/account')).status).toBe(303)
    expect(
      (await test.browser('198.51.100.31').post('/sign-in', { email: person.email, password }))
        .status,
    ).toBe(422)
    expect(
      (
        await test
          .browser('198.51.100.31')
          .post('/sign-in', { email: person.email, password: fresh })
      ).status,
    ).toBe(303)
  })

  it('requires the current one, and a new one that is hard to guess', async () => {
    const person = await test.addPerson('Gerda Guess')
    const change = (current: string, next: string) =>
      person.post('/account/password', { current, password: next })
    expect((await change('not hers at all', fresh)).status).toBe(422)
    for (const weak of [
      'short',
      'aaaaaaaaaaaaaaaa',
      'password1234',
      'gerda.guess@example.com',
      '123456789012',
    ])
      expect([weak, (await change(password, weak)).status]).toEqual([weak, 422])
    expect((await person.get('/account')).status).toBe(200)
  })

  it('is limited, so that nobody can use it to try many passwords', async () => {
    const person = await test.addPerson('Bruno Brute')
    const statuses = []
    for (let attempt = 0; attempt < 6; attempt++)
      statuses.push(
        (await person.post('/account/password', { current: 'not his at all', password: fresh }))
          .status,
      )
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
  })
})

describe('sessions of a person', () => {
  it('are listed without location or browser, and can be ended one by one or all except this one', async () => {
    const person = await test.addPerson('Lena Lists')
    const others = [test.browser(), test.browser(), test.browser()]
    for (const other of others) await other.post('/sign-in', { email: person.email, password })
    const page = await person.get('/account')
    expect(page.text.match(/Another browser/g)).toHaveLength(3)
    expect(page.text).toContain('This browser')
    const rows =
      await test.sql`select id from sessions where user_id = ${person.id} order by created_at desc`
    expect((await person.post(`/account/sessions/${rows[0]!.id}/end`)).status).toBe(303)
    expect((await others[2]!.get('/account')).status).toBe(303)
    await person.post('/account/sessions/end-others')
    for (const other of others) expect((await other.get('/account')).status).toBe(303)
    expect((await person.get('/account')).status).toBe(200)
  })

  it('cannot be ended by anyone else', async () => {
    const [row] = await test.sql`select id from sessions where user_id = ${test.cast.manager.id}`
    for (const other of [test.cast.outsider, test.cast.admin, test.cast.operator])
      expect((await other.post(`/account/sessions/${row!.id}/end`)).status).toBe(404)
    expect((await test.cast.manager.get('/account')).status).toBe(200)
  })
})
