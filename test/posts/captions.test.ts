import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'

let test: TestApp
const settings = '/w/northside/settings/captions'
const posts = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
})

const send = (path: string, fields: Record<string, string>) =>
  test.cast.manager.post(path, new URLSearchParams(fields))
const idOf = async (name: string): Promise<string> => {
  const [row] = await test.sql<{ id: string }[]>`
    select id from captions where name = ${name} and workspace_id = ${test.workspaces.northside}`
  if (!row) throw new Error(`no caption ${name}`)
  return row.id
}
const add = async (name: string, text: string, kind = 'caption'): Promise<string> => {
  const added = await send(settings, { name, text, kind })
  expect(added.location, added.text).toBe(`${settings}?said=caption-added`)
  return await idOf(name)
}

describe('saved captions', () => {
  it('are found by their name and by their text', async () => {
    await add('Opening hours', 'We are open until six.')
    await add('Vinyl tags', '#vinyl #recordstore', 'hashtags')
    const found = await test.cast.manager.get(`${settings}?q=RECORDSTORE`)
    expect(found.text).toContain('Vinyl tags')
    expect(found.text).not.toContain('Opening hours')
    const none = await test.cast.manager.get(`${settings}?q=%25`)
    expect(none.text).toContain('No saved caption contains these words.')
  })

  it('are refused without a text, with one that is too long, with the name of another, and beyond 300', async () => {
    await add('Sunday', 'Five records')
    const kept = { name: 'sunDAY', text: 'Other <words>', kind: 'caption' }
    for (const [fields, words] of [
      [{ ...kept, text: ' ' }, 'Enter a text.'],
      [{ ...kept, text: 'x'.repeat(5_001) }, 'Use at most 5,000 characters.'],
      [kept, 'Another saved caption has this name.'],
    ] as const) {
      const refused = await send(settings, fields)
      expect([refused.status, refused.text.includes(words)]).toEqual([422, true])
      expect(refused.text).toContain('value="sunDAY"')
    }
    expect((await send(settings, kept)).text).toContain('Other &lt;words&gt;</textarea>')
    await test.sql`
      insert into captions (workspace_id, kind, name, name_key, text)
      select ${test.workspaces.northside}, 'caption', 'c' || n, 'c' || n, 'x' from generate_series(1, 300) n`
    const full = await send(settings, { ...kept, name: 'One more' })
    await test.sql`delete from captions where name_key ~ '^c[0-9]+$'`
    expect(full.text).toContain('has 300 saved captions, which is the most')
  })

  it('can be changed and deleted, not by another workspace, and the activity log says who did', async () => {
    const id = await add('Draft', 'One')
    const fields = { name: 'Final', text: 'Two', kind: 'hashtags' }
    expect((await send(`${settings}/${id}/change`, fields)).location).toContain('caption-saved')
    const elsewhere = '/w/elsewhere/settings/captions'
    const outsider = test.cast.outsider
    expect((await outsider.get(`${elsewhere}/${id}/text`)).status).toBe(404)
    for (const act of ['change', 'delete'])
      expect(
        (await outsider.post(`${elsewhere}/${id}/${act}`, new URLSearchParams(fields))).status,
      ).toBe(404)
    expect((await test.cast.manager.get(`${settings}/${id}/text`)).text).toBe('Two')
    expect((await send(`${settings}/${id}/delete`, {})).location).toContain('caption-deleted')
    const names = await test.sql<{ name: string }[]>`
      select name from events where subject_id = ${id} order by id`
    expect(names.map(({ name }) => name)).toEqual([
      'caption.added',
      'caption.changed',
      'caption.removed',
    ])
  })

  it('are inserted without script below the text of the open tab, and everything typed stays', async () => {
    const id = await add('Shop', 'Langstrasse 1, Zurich')
    const typed = { text: 'Five records', 'variant.facebook': 'For the Page', caption: id }
    const shared = await send(`${posts}/insert-caption`, { ...typed, tab: 'all' })
    expect(shared.status).toBe(200)
    expect(shared.text).toContain('>Five records\n\nLangstrasse 1, Zurich</textarea>')
    const own = await send(`${posts}/insert-caption`, { ...typed, tab: 'facebook' })
    expect(own.text).toContain('For the Page\n\nLangstrasse 1, Zurich')
    expect(own.text).toContain('>Five records</textarea>')
  })
})
