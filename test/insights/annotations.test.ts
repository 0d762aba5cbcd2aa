import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  accountSections,
  personSections,
  type Section,
  workspaceSections,
} from '../../db/privacy/export-rows.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let other: Person
const page = '/w/northside/insights'
const refused = 'Only the person who wrote this note, or an admin, can change it.'

beforeAll(async () => {
  test = await createTestApp()
  const { northside } = test.workspaces
  channels = await connectAll(test.deps, { workspaceId: northside, userId: test.cast.admin.id })
  await test.sql`
    insert into channel_days (workspace_id, channel_id, day, views, taken_at)
    select ${northside}, id, current_date - n, 100 + n, now() from channels, generate_series(1, 60) n`
  other = await test.addPerson('Olga Other')
  await test.sql`insert into memberships (workspace_id, user_id, role) values (${northside}, ${other.id}, 'manager')`
})
beforeEach(() => test.sql`delete from annotations`)

/** The day this many days ago in the workspace, whose zone is that of its row. */
const ago = async (days: number): Promise<string> => {
  const [row] = await test.sql<{ day: string }[]>`
    select ((now() at time zone zone)::date - ${days}::int)::text as day from workspaces where slug = 'northside'`
  return row!.day
}
type Typed = { day?: string; text?: string; about?: string; key?: string }
const add = async (typed: Typed, at = page, who: Person = test.cast.manager) =>
  who.post(`${at}/notes?range=28d`, {
    day: await ago(3),
    text: 'Vinyl fair',
    key: randomUUID(),
    ...typed,
  })
const notes = () =>
  test.sql<{ id: string; day: string; text: string; channelId: string | null }[]>`
    select id, day::text, text, channel_id from annotations order by id`
const added = async (typed: Typed = {}, at?: string, who?: Person): Promise<string> => {
  expect((await add(typed, at, who)).status).toBe(303)
  return (await notes()).at(-1)!.id
}
const logged = async (id: string) =>
  test.sql<{ name: string; facts: unknown }[]>`
    select name, facts from events where subject_id = ${id} order by id`

describe('own notes in Insights', () => {
  it('are listed, drawn in the chart and its tooltip, and stand in the table and the CSV of days', async () => {
    const day = await ago(3)
    const plain = await test.cast.manager.get(`${page}?range=28d`)
    const response = await add({ text: '  Vinyl fair,\nsecond day ' })
    expect(response.location).toBe(`${page}?range=28d&said=note-added#notes`)
    expect(await notes()).toMatchObject([{ day, text: 'Vinyl fair, second day', channelId: null }])
    const { text } = await test.cast.manager.get(`${page}?range=28d`)
    const marks = (html: string) => html.match(/<line class="mark"/g)?.length ?? 0
    expect(marks(text)).toBe(marks(plain.text) + 1)
    expect(text).toContain(' · Note: Vinyl fair, second day')
    expect(text).toContain('1 note is listed below.')
    expect(text).toMatch(new RegExp(`<time datetime="${day}">`))
    expect(text).toMatch(/<td class="annotation-cell" dir="auto">Vinyl fair, second day<\/td>/)
    const csv = (await test.cast.manager.get(`${page}.csv?range=28d`)).text.split('\r\n')
    expect(csv[0]).toMatch(/,taken_at,note,/)
    expect(csv.find((row) => row.startsWith(day))).toMatch(/,"Vinyl fair, second day",/)
    expect(csv.filter((row) => row.includes('Vinyl fair'))).toHaveLength(1)
  })

  it('cannot become a formula in a spreadsheet or markup in the page', async () => {
    await added({ text: '=HYPERLINK("x") <b>&' })
    const csv = (await test.cast.manager.get(`${page}.csv?range=28d`)).text
    expect(csv).toContain(`"'=HYPERLINK(""x"") <b>&"`)
    const { text } = await test.cast.manager.get(`${page}?range=28d`)
    expect(text).not.toContain('<b>&')
    expect(text).toContain('&lt;b&gt;&amp;')
  })

  it('are about one account or all, and filters keep those of the accounts in scope', async () => {
    const [facebook, instagram] = [`${page}/${channels.facebook}`, `${page}/${channels.instagram}`]
    await added({ text: 'Only here' }, facebook)
    await added({ text: 'For everybody', about: 'all' }, facebook)
    await added({ text: 'From the workspace' })
    expect((await notes()).map(({ channelId }) => channelId)).toEqual([
      channels.facebook,
      null,
      null,
    ])
    const seen = async (path: string): Promise<string[]> => {
      const { text } = await test.cast.manager.get(path)
      return ['Only here', 'For everybody', 'From the workspace'].filter((words) =>
        text.includes(words),
      )
    }
    const all = ['Only here', 'For everybody', 'From the workspace']
    expect(await seen(page)).toEqual(all)
    expect(await seen(facebook)).toEqual(all)
    expect(await seen(instagram)).toEqual(all.slice(1))
    expect(await seen(`${page}?platform=facebook`)).toEqual(all)
    expect(await seen(`${page}?platform=instagram`)).toEqual(all.slice(1))
    expect(await seen(`${page}.csv?platform=instagram`)).toEqual(all.slice(1))
    expect((await test.cast.manager.get(page)).text).toMatch(/ on Facebook: Only here/)
  })

  it('may be of today, although named ranges end yesterday', async () => {
    await added({ day: await ago(0), text: 'Just now' })
    const { text } = await test.cast.manager.get(`${page}?range=28d`)
    expect(text).toContain('Just now')
    expect(text).toContain('in the chart from tomorrow')
  })

  it('come back as typed with what is wrong: no text, too long, no day, a day the page does not show', async () => {
    const cases: [Typed, string][] = [
      [{ text: ' ' }, 'Write what happened.'],
      [{ text: 'x'.repeat(201) }, 'Use at most 200 characters.'],
      [{ day: '2026-02-30' }, 'Choose a day.'],
      [{ day: await ago(-1) }, 'which this page shows.'],
      [{ day: await ago(40) }, 'which this page shows.'],
    ]
    for (const [typed, words] of cases) {
      const answer = await add({ text: 'Still here', ...typed })
      expect([answer.status, answer.text.includes(words)]).toEqual([422, true])
      expect(answer.text).toContain(`value="${typed.text?.trim() ?? 'Still here'}"`)
      expect(answer.text).toContain('<details class="behind" open')
    }
    expect(await notes()).toEqual([])
    expect((await add({ text: '🎷'.repeat(100) })).status).toBe(303)
  })

  it('are added once when a form is sent twice, and again when it was changed in between', async () => {
    const key = randomUUID()
    const day = await ago(2)
    for (const text of ['Once', 'Once', 'Another']) await add({ key, day, text })
    expect((await notes()).map(({ text }) => text)).toEqual(['Once', 'Another'])
  })

  it('are at most 500 in a workspace, also when two are added at the same time', async () => {
    await test.sql`
      insert into annotations (workspace_id, day, text)
      select ${test.workspaces.northside}, current_date - 400, 'Old' from generate_series(1, 499)`
    const answers = await Promise.all([add({ text: 'One' }), add({ text: 'Two' })])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
    expect(answers.find(({ status }) => status === 422)?.text).toContain('has 500 notes')
    expect(await notes()).toHaveLength(500)
  })

  it('are changed and deleted by their author and by admins, and the log has no text', async () => {
    const day = await ago(5)
    for (const who of [test.cast.manager, test.cast.admin]) {
      const id = await added({ text: 'Secret words' })
      const back = `${page}?range=90d`
      const form = await who.get(`${page}/notes/${id}?back=${encodeURIComponent(back)}`)
      expect(form.text).toContain('value="Secret words"')
      const wrong = await who.post(`${page}/notes/${id}/change`, { day, text: '', back })
      expect([wrong.status, wrong.text.includes('Write what happened.')]).toEqual([422, true])
      const changed = await who.post(`${page}/notes/${id}/change`, { day, text: 'Better', back })
      expect(changed.location).toBe(`${back}&said=note-saved#notes`)
      expect(await notes()).toMatchObject([{ id, day, text: 'Better' }])
      const gone = await who.post(`${page}/notes/${id}/delete`, { back: 'https://evil.example/' })
      expect(gone.location).toBe(`${page}?said=note-deleted#notes`)
      expect(await notes()).toEqual([])
      expect(await logged(id)).toEqual(
        ['added', 'changed', 'removed'].map((verb) => ({ name: `annotation.${verb}`, facts: {} })),
      )
      expect((await who.post(`${page}/notes/${id}/delete`, {})).status).toBe(404)
    }
    const { text } = await test.cast.admin.get('/w/northside/activity')
    expect(text).toContain('deleted a note from Insights')
  })

  it('of others are refused to managers, who see no link to edit them', async () => {
    const id = await added()
    const edit = `/insights/notes/${id}?`
    expect((await test.cast.manager.get(page)).text).toContain(edit)
    const { text } = await other.get(page)
    expect(text).toContain('Vinyl fair')
    expect(text).not.toContain(edit)
    for (const answer of [
      await other.get(`${page}/notes/${id}`),
      await other.post(`${page}/notes/${id}/change`, { day: await ago(1), text: 'Mine' }),
      await other.post(`${page}/notes/${id}/delete`, {}),
    ])
      expect([answer.status, answer.text.includes(refused)]).toEqual([403, true])
    expect(await notes()).toMatchObject([{ id, text: 'Vinyl fair' }])
  })

  it('promise D5: do not exist for another workspace, nor do accounts of another one', async () => {
    const id = await added()
    const { outsider } = test.cast
    const there = '/w/elsewhere/insights'
    for (const answer of [
      await outsider.get(`${there}/notes/${id}`),
      await outsider.post(`${there}/notes/${id}/change`, { day: await ago(1), text: 'Mine' }),
      await outsider.post(`${there}/notes/${id}/delete`, {}),
      await outsider.get(`${page}/notes/${id}`),
      await add({}, `${there}/${channels.facebook}`, outsider),
      await add({}, page, outsider),
    ])
      expect(answer.status).toBe(404)
    expect((await outsider.get(there)).text).not.toContain('Vinyl fair')
    expect(await notes()).toMatchObject([{ id, text: 'Vinyl fair' }])
  })

  it('of an author who deleted their account stay without a name, for admins to change', async () => {
    const leaver = await test.addPerson('Lea Leaver')
    await test.sql`insert into memberships (workspace_id, user_id, role) values (${test.workspaces.northside}, ${leaver.id}, 'manager')`
    const id = await added({}, page, leaver)
    await test.sql`delete from users where id = ${leaver.id}`
    const { text } = await other.get(page)
    expect([text.includes('Vinyl fair'), text.includes('Lea Leaver')]).toEqual([true, false])
    expect((await other.get(`${page}/notes/${id}`)).status).toBe(403)
    expect((await test.cast.admin.get(`${page}/notes/${id}`)).status).toBe(200)
  })

  it('promise E1: are in the export of their author and of their workspace, not of who connected the account', async () => {
    const { sql, cast, workspaces } = test
    await added({ text: 'Mine' }, `${page}/${channels.facebook}`)
    await sql`update grants set connected_by = ${other.id}`
    const found = async (sections: Section[]): Promise<unknown[]> => {
      const rows = []
      for (const one of sections.filter(({ file }) => file.endsWith('/annotations')))
        for await (const some of one.rows()) rows.push(...some)
      return rows
    }
    const note = { text: 'Mine', created_by_name: cast.manager.name }
    expect(await found(await personSections(sql, cast.manager.id))).toMatchObject([note])
    const northside = { id: workspaces.northside, slug: 'northside', name: 'Northside' }
    expect(await found(await workspaceSections(sql, northside))).toMatchObject([note])
    expect(await found(await personSections(sql, other.id))).toEqual([])
    expect(await found(await accountSections(sql, other.id))).toEqual([])
  })

  it('go with their account or their workspace', async () => {
    const { outsider } = test.cast
    await added({ text: 'On an account' }, `${page}/${channels.tiktok}`)
    await added({ text: 'On all' })
    await test.sql`delete from channels where id = ${channels.tiktok}`
    expect((await notes()).map(({ text }) => text)).toEqual(['On all'])
    await test.sql`insert into annotations (workspace_id, day, text, created_by) values (${test.workspaces.elsewhere}, current_date, 'There', ${outsider.id})`
    await test.sql`delete from workspaces where id = ${test.workspaces.elsewhere}`
    expect((await notes()).map(({ text }) => text)).toEqual(['On all'])
  })
})
