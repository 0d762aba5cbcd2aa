import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { insertMembership, type Role } from '../../db/people/memberships.ts'
import { webhookEvents } from '../../db/webhooks/events.ts'
import { isInWords } from '../../web/notifications/event-words.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'

const eventName = /'((?:workspace|invitation|member|media|channel|grant|post|target)\.[a-z_]+)'/g
let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const join = async (name: string, role: Role): Promise<Person> => {
  const person = await test.addPerson(name)
  await insertMembership(test.sql, test.workspaces.northside, person.id, role)
  return person
}
const roleOf = async (person: Person) => {
  const [row] = await test.sql`
    select role from memberships where workspace_id = ${test.workspaces.northside} and user_id = ${person.id}`
  return row?.role
}
const people = '/w/northside/people'

describe('roles (promise A4)', () => {
  it('are manager and admin, and the database allows no other', async () => {
    await expect(test.sql`update memberships set role = 'owner'`).rejects.toThrow(
      /memberships_role_check/,
    )
    const page = await test.cast.admin.post(`${people}/${test.cast.manager.id}/role`, {
      role: 'owner',
    })
    expect(page.status).toBe(422)
    expect(await roleOf(test.cast.manager)).toBe('manager')
  })

  it('are explained to a manager on every page for admins', async () => {
    for (const path of [people, '/w/northside/settings', '/w/northside/activity']) {
      const page = await test.cast.manager.get(path)
      expect([path, page.status]).toEqual([path, 403])
      expect(page.text).toContain('Only admins of this workspace can do this')
      expect(page.text).not.toContain(test.cast.admin.email)
    }
    const menu = (await test.cast.manager.get('/account')).text
    expect(menu).not.toContain('href="/w/northside/people"')
  })

  it('change with the next request: nobody keeps a right that was removed', async () => {
    const person = await join('Petra Promoted', 'manager')
    expect((await person.get(people)).status).toBe(403)
    expect(
      (await test.cast.admin.post(`${people}/${person.id}/role`, { role: 'admin' })).location,
    ).toBe(`${people}?said=role-changed`)
    expect((await person.get(people)).status).toBe(200)
    await test.cast.admin.post(`${people}/${person.id}/role`, { role: 'manager' })
    expect((await person.get(people)).status).toBe(403)
    expect((await person.post(`${people}/${person.id}/role`, { role: 'admin' })).status).toBe(403)
    expect(await roleOf(person)).toBe('manager')
  })
})

describe('removing a member', () => {
  it('ends their access immediately', async () => {
    const person = await join('Rita Removed', 'manager')
    expect((await person.get('/w/northside')).status).toBe(303)
    expect((await test.cast.admin.post(`${people}/${person.id}/remove`)).status).toBe(303)
    expect((await person.get('/w/northside')).status).toBe(404)
    expect((await person.get('/account')).status).toBe(200)
  })

  it("is not possible for managers, admins of another workspace and people who aren't members", async () => {
    const person = await join('Stan Stays', 'manager')
    expect((await test.cast.manager.post(`${people}/${person.id}/remove`)).status).toBe(403)
    expect((await test.cast.outsider.post(`${people}/${person.id}/remove`)).status).toBe(404)
    expect((await test.cast.outsider.post(`/w/elsewhere/people/${person.id}/remove`)).status).toBe(
      404,
    )
    expect((await test.cast.admin.post(`${people}/${test.cast.outsider.id}/remove`)).status).toBe(
      404,
    )
    expect((await test.cast.admin.post(`${people}/nobody/remove`)).status).toBe(404)
    expect(await roleOf(person)).toBe('manager')
  })
})

describe('a browser left open', () => {
  it('changes no member until the password is entered again, and then continues where it was', async () => {
    const person = await join('Lars Left', 'admin')
    const other = await join('Olga Other', 'manager')
    await test.sql`update sessions set confirmed_at = now() - interval '11 minutes' where user_id = ${person.id}`
    const Referer = `${test.deps.config.publicUrl}${people}`
    for (const act of ['role', 'remove']) {
      const answer = await person.post(
        `${people}/${other.id}/${act}`,
        { role: 'admin' },
        { Referer },
      )
      expect([answer.status, answer.text.includes(`<a href="${people}">Cancel</a>`)]).toEqual([
        403,
        true,
      ])
    }
    expect(await roleOf(other)).toBe('manager')
    const elsewhere = await person.post(
      `${people}/${other.id}/remove`,
      {},
      { Referer: 'https://evil.example/x' },
    )
    expect(elsewhere.text).toContain('<a href="/">Cancel</a>')
    expect(
      (await person.post('/confirm', { confirm_password: password, next: people })).location,
    ).toBe(people)
    expect((await person.post(`${people}/${other.id}/role`, { role: 'admin' })).location).toBe(
      `${people}?said=role-changed`,
    )
    expect(await roleOf(other)).toBe('admin')
    await test.sql`delete from memberships where user_id in (${person.id}, ${other.id})`
  })
})

describe('the last admin', () => {
  it('cannot step down or leave', async () => {
    const { admin } = test.cast
    const down = await admin.post(`${people}/${admin.id}/role`, { role: 'manager' })
    expect(down.status).toBe(409)
    expect(down.text).toContain(
      'This is the last admin of the workspace. Make someone else an admin first.',
    )
    expect((await admin.post(`${people}/${admin.id}/remove`)).status).toBe(409)
    expect(await roleOf(admin)).toBe('admin')
  })

  it('is protected even if two admins step down at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const other = await join(`Second Admin${round}`, 'admin')
      const { admin } = test.cast
      const answers = await Promise.all([
        admin.post(`${people}/${admin.id}/role`, { role: 'manager' }),
        other.post(`${people}/${other.id}/role`, { role: 'manager' }),
      ])
      expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409])
      const admins = await test.sql`
        select user_id from memberships where workspace_id = ${test.workspaces.northside} and role = 'admin'`
      expect(admins).toHaveLength(1)
      await test.sql`delete from memberships where user_id = ${other.id}`
      await test.sql`update memberships set role = 'admin' where user_id = ${admin.id}`
    }
  })

  it('does not count admins who are deactivated', async () => {
    const gone = await join('Gone Admin', 'admin')
    await test.sql`update users set deactivated_at = now() where id = ${gone.id}`
    expect((await test.cast.admin.post(`${people}/${test.cast.admin.id}/remove`)).status).toBe(409)
  })
})

describe('a workspace', () => {
  it('lets its admins change its name, time zone and late limit', async () => {
    const path = '/w/northside/settings'
    const saved = await test.cast.admin.post(path, {
      name: 'Northside',
      zone: 'America/New_York',
      missedAfterHours: '12',
    })
    expect(saved.location).toBe(`${path}?said=workspace-saved`)
    const [row] =
      await test.sql`select name, zone, missed_after::text as late from workspaces where slug = 'northside'`
    expect(row).toEqual({ name: 'Northside', zone: 'America/New_York', late: '12:00:00' })
    const form = { name: 'X', zone: 'UTC', missedAfterHours: '6' }
    expect((await test.cast.manager.post(path, form)).status).toBe(403)
    expect((await test.cast.outsider.post(path, form)).status).toBe(404)
    for (const wrong of [
      { zone: 'Mars/Olympus' },
      { name: ' ' },
      { missedAfterHours: '0' },
      { missedAfterHours: 'soon' },
    ])
      expect((await test.cast.admin.post(path, { ...form, ...wrong })).status).toBe(422)
    const [after] = await test.sql`select name from workspaces where slug = 'northside'`
    expect(after!.name).toBe('Northside')
  })

  it('shows its admins what happened, and nothing from another workspace', async () => {
    await test.cast.outsider.post('/w/elsewhere/people/invitations', { role: 'admin' })
    const page = await test.cast.admin.get('/w/northside/activity')
    expect(page.text).toMatch(/<strong>Ada Admin<\/strong> removed/)
    expect(page.text).toMatch(/changed the workspace settings: America\/New_York, late limit 12 h/)
    expect(page.text).not.toContain('Otto Outsider')
  })

  it('has a text for every event that the code writes', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    const names = new Set<string>()
    for (const folder of ['web/', 'activities/', 'db/'])
      for (const file of readdirSync(root + folder, { recursive: true, encoding: 'utf8' }))
        if (file.endsWith('.ts'))
          for (const [, name] of readFileSync(root + folder + file, 'utf8').matchAll(eventName))
            names.add(name!)
    expect(names.size).toBeGreaterThan(15)
    // What webhooks get has names like these, but no line in the activity log.
    const sent = new Set<string>(webhookEvents)
    expect([...names].filter((name) => !isInWords(name) && !sent.has(name))).toEqual([])
  })

  it('shows older activity page by page, each line once', async () => {
    await test.sql`
      insert into events (name, workspace_id, user_id, facts)
      select 'invitation.made', ${test.workspaces.elsewhere}, ${test.cast.outsider.id}, '{"role":"manager"}' from generate_series(1, 119)`
    let path: string | undefined = '/w/elsewhere/activity'
    let lines = 0
    for (let turn = 0; path && turn < 9; turn++) {
      const { text } = await test.cast.outsider.get(path)
      lines += text.match(/created an invitation/g)?.length ?? 0
      path = /href="([^"]+\?before=[\w-]+)"/.exec(text)?.[1]
    }
    expect(lines).toBe(120)
  })
})
