import { beforeAll, describe, expect, it } from 'vitest'
import { insertPasswordReset, issueResetToken } from '../../db/people/password-resets.ts'
import { passwordFault } from '../../web/people/sign-in/password-strength.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const known = [
  'Ada Northside',
  'ada@northside-records.example',
  'Northside Records',
  'northside',
  'social.example.com',
]

describe('a new password is refused, and the message says why:', () => {
  const weak: [string, RegExp][] = [
    ['short', /at least 12 characters/],
    ['x'.repeat(257), /at most 256 characters/],
    ['P@ssw0rd1234', /common password/],
    ['1q2w3e4r5t6y', /common password/],
    ['zaq12wsxcde3', /common password/],
    ['Summer2026!!', /a year or a date|easy to guess/],
    ['Password12345!', /common password/],
    ['qwertyuiop[]', /rows of keys/],
    ['abcdefghijkl', /sequences/],
    ['aaaaaaaaaaaaaaaa', /Repeated/],
    ['LetMeIn2026!!', /common|year/],
    ['iloveyou1234!', /common/],
    ['northsiderecords', /your workspace/],
    ['Northside Records 1', /your workspace/],
    ['northside2026!!', /your workspace/],
    ['AdaNorthside1', /your name/],
    ['CrateSocial2026', /name of this site/],
    ['ada@northside-records.example', /your email address/],
  ]
  for (const [given, why] of weak)
    it(given.slice(0, 40), () => {
      expect(passwordFault(given, known)).toMatch(why)
    })
})

describe('a new password is accepted:', () => {
  for (const given of [
    'crates of vinyl on a van',
    'a heap of seven inches',
    'T7$kQ9!zM2#p',
    'correct horse battery staple',
    'k3jf8s0dk2mf',
  ])
    it(given, () => {
      expect(passwordFault(given, known)).toBeNull()
    })

  it('with a strong ending, whatever it starts with', () => {
    expect(passwordFault(`${'a'.repeat(40)}crates of vinyl on a van`, known)).toBeNull()
  })
})

describe('checking a password', () => {
  it('is fast even for one that is designed to take long', () => {
    passwordFault('the dictionaries are read now', known)
    const hostile = [
      'p@55w0rd'.repeat(32),
      '1a'.repeat(128),
      '4@8({[3691!|05$7+%2'.repeat(13),
      '1/1/1111'.repeat(32),
      '!'.repeat(256),
    ]
    const names = [`${'word '.repeat(100_000)}`, `${'x.'.repeat(250_000)}@`]
    for (const given of hostile) {
      const before = process.cpuUsage()
      passwordFault(given, [...known, ...names])
      const { user, system } = process.cpuUsage(before)
      expect([given.slice(0, 10), (user + system) / 1000 < 250]).toEqual([given.slice(0, 10), true])
    }
  })
})

describe('every form that takes a new password', () => {
  const weak = 'northsiderecords1'
  const sayings =
    /This contains your name, your email address, your workspace or the name of this site/

  it('refuses the name of the workspace that the invitation is for', async () => {
    const made = await test.cast.admin.post('/w/northside/people/invitations', { role: 'manager' })
    const [, link] = /value="http:\/\/localhost:\d+(\/invitations\/[\w-]{43})"/.exec(made.text)!
    const page = await test
      .browser()
      .post(link!, { name: 'Wanda Weak', email: 'wanda@example.com', password: weak })
    expect(page.status).toBe(422)
    expect(page.text).toMatch(sayings)
    expect(page.text).toContain('value="Wanda Weak"')
  })

  it("refuses the names of the person's workspaces", async () => {
    const { manager } = test.cast
    const own = await manager.post('/account/password', { current: password, password: weak })
    expect([own.status, sayings.test(own.text)]).toEqual([422, true])
    const reset = await test.browser().post(await resetLink(manager), { password: weak })
    expect([reset.status, sayings.test(reset.text)]).toEqual([422, true])
  })
})

const resetLink = async (person: Person): Promise<string> => {
  const now = new Date(test.deps.now())
  const id = await insertPasswordReset(test.sql, person.id, now)
  return `/password-reset/${(await issueResetToken(test.sql, id, now))!.token}`
}
