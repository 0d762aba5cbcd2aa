import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { connectAll, type PlatformName, postIdIn } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const settings = '/w/northside/settings/labels'
const base = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

const send = (path: string, fields: [string, string][], by: Person = test.cast.manager) =>
  by.post(path, new URLSearchParams(fields))
const idOf = async (name: string): Promise<string> => {
  const [row] = await test.sql<{ id: string }[]>`
    select id from labels where name = ${name} and workspace_id = ${test.workspaces.northside}`
  if (!row) throw new Error(`no label ${name}`)
  return row.id
}
const addLabel = async (name: string): Promise<string> => {
  expect((await send(settings, [['name', name]])).location).toBe(`${settings}?said=label-added`)
  return await idOf(name)
}
const save = async (fields: [string, string][], path = base): Promise<string> => {
  const saved = await send(path, [['text', 'Five records'], ['act', 'save'], ...fields])
  expect(saved.status, saved.text).toBe(303)
  return postIdIn(saved.location)
}
const labelsOf = async (postId: string): Promise<string[]> =>
  (
    await test.sql<{ name: string }[]>`
      select l.name from post_labels pl join labels l on l.id = pl.label_id where pl.post_id = ${postId} order by l.name`
  ).map(({ name }) => name)
const chosenIn = (html: string): string[] =>
  [...html.matchAll(/name="label"\s+value="([^"]+)"[^>]*checked/g)].map(([, id = '']) => id)

describe('the labels of a workspace', () => {
  it('have names that differ by more than case, and colors that take turns', async () => {
    await addLabel('Restock')
    const again = await send(settings, [['name', '  réstock ']])
    expect(again.status, 'another letter').toBe(303)
    const same = await send(settings, [['name', ' RÉSTOCK']])
    expect([same.status, same.text.includes('There is a label “réstock” already.')]).toEqual([
      422,
      true,
    ])
    expect(same.text).toContain('value=" RÉSTOCK"')
    const colors = await test.sql<{ color: string }[]>`
      select distinct color from labels where workspace_id = ${test.workspaces.northside}`
    expect(colors).toHaveLength(2)
  })

  it('are refused without a name, with a long one, and beyond 200, with what was typed', async () => {
    for (const [name, words] of [
      ['', 'Enter a name.'],
      ['x'.repeat(41), 'Use at most 40 characters.'],
    ] as const) {
      const refused = await send(settings, [['name', name]])
      expect(refused.status).toBe(422)
      expect(refused.text).toContain(words)
      expect(refused.text).toContain(`value="${name}"`)
    }
    await test.sql`
      insert into labels (workspace_id, name, name_key, color)
      select ${test.workspaces.northside}, 'l' || n, 'l' || n, 'gray' from generate_series(1, 200) n`
    const full = await send(settings, [['name', 'One more']])
    await test.sql`delete from labels where name_key ~ '^l[0-9]+$'`
    expect([full.status, full.text.includes('has 200 labels, which is the most')]).toEqual([
      422,
      true,
    ])
  })

  it('can be renamed, also to the same name in other letters', async () => {
    const id = await addLabel('Wintr')
    const renamed = await send(`${settings}/${id}/change`, [
      ['name', 'WINTR'],
      ['color', 'blue'],
    ])
    expect(renamed.location).toBe(`${settings}?said=label-saved`)
    expect((await send(`${settings}/${id}/change`, [['name', 'Winter']])).status, 'no color').toBe(
      422,
    )
    await send(`${settings}/${id}/change`, [
      ['name', 'Winter'],
      ['color', 'blue'],
    ])
    expect(await idOf('Winter')).toBe(id)
  })

  it('are merged after asking, and every post, saved version and unsaved edit follows', async () => {
    const [from, into] = [await addLabel('Vinyls'), await addLabel('Vinyl')]
    const one = await save([['label', from]])
    const both = await save([
      ['label', from],
      ['label', into],
    ])
    const asked = await send(`${settings}/${from}/change`, [
      ['name', 'vinyl'],
      ['color', 'red'],
    ])
    expect(asked.status).toBe(422)
    expect(asked.text).toContain('Merge into “Vinyl”')
    expect(await labelsOf(one)).toEqual(['Vinyls'])
    const merged = await send(`${settings}/${from}/change`, [
      ['act', 'merge'],
      ['into', into],
    ])
    expect(merged.location).toBe(`${settings}?said=labels-merged`)
    expect([await labelsOf(one), await labelsOf(both)]).toEqual([['Vinyl'], ['Vinyl']])
    const opened = await test.cast.manager.get(`${base}/${one}/edit`)
    expect(chosenIn(opened.text), 'the draft opens with it').toEqual([into])
    const versions = await test.sql<{ labels: string[] }[]>`
      select form->'labels' as labels from post_versions where post_id = any(${[one, both]})`
    expect(versions.map(({ labels }) => labels)).toEqual([[into], [into]])
  })

  it('can be deleted, which the page says for how many posts; the posts stay', async () => {
    const id = await addLabel('Sale')
    const post = await save([['label', id]])
    const page = await test.cast.manager.get(settings)
    expect(page.text).toContain('1 post will lose this label. The posts stay.')
    await send(`${settings}/${id}/delete`, [])
    expect(await labelsOf(post)).toEqual([])
    expect((await test.cast.manager.get(`${base}/${post}`)).status).toBe(200)
  })
})

describe('the labels of a post', () => {
  it('are added in the composer by name, and saved with the draft', async () => {
    const drawn = await send(`${base}/add-label`, [
      ['text', 'Typed before'],
      ['new_label', 'Fresh'],
    ])
    expect(drawn.status).toBe(200)
    expect(drawn.text).toContain('Typed before')
    const id = await idOf('Fresh')
    expect(chosenIn(drawn.text)).toEqual([id])
    const post = await save([
      ['label', id],
      ['new_label', 'also typed, then Save was pressed'],
    ])
    expect(await labelsOf(post)).toEqual(['Fresh', 'also typed, then Save was pressed'])
    const page = await test.cast.manager.get(`${base}/${post}`)
    expect(page.text).toMatch(
      /label-chip"><span\s+class="label-dot [a-z]+"><\/span><span dir="auto">Fresh/,
    )
    const tooLong = await send(base, [
      ['text', 'Kept'],
      ['act', 'save'],
      ['new_label', 'y'.repeat(41)],
    ])
    expect(tooLong.status).toBe(422)
    expect(tooLong.text).toMatch(/Kept[\s\S]*Use at most 40 characters/)
  })

  it('are part of autosave, of saved versions and of a duplicate', async () => {
    const id = await addLabel('Autosaved')
    const key = crypto.randomUUID()
    const first = await send(`${base}/autosave`, [
      ['key', key],
      ['text', 'Words'],
      ['label', id],
    ])
    const { postId, version } = JSON.parse(first.text) as { postId: string; version: number }
    expect(await labelsOf(postId)).toEqual(['Autosaved'])
    await send(`${base}/autosave`, [
      ['key', key],
      ['post', postId],
      ['version', `${version}`],
      ['text', 'Words'],
    ])
    expect(await labelsOf(postId)).toEqual([])
    await test.sql`update post_versions set began_at = began_at - interval '1 hour' where post_id = ${postId}`
    await send(`${base}/autosave`, [
      ['key', key],
      ['post', postId],
      ['version', `${version + 1}`],
      ['text', 'Words'],
      ['label', id],
    ])
    const versions = await test.cast.manager.get(`${base}/${postId}/versions`)
    expect(versions.text).toContain('<dt>Labels</dt><dd>Autosaved</dd>')
    const copy = await send(`${base}/${postId}/duplicate`, [])
    expect(copy.status, copy.text.slice(0, 3000)).toBe(303)
    expect(await labelsOf(postIdIn(copy.location))).toEqual(['Autosaved'])
  })

  it('of another workspace are left out', async () => {
    const [foreign] = await test.sql<{ id: string }[]>`
      insert into labels (workspace_id, name, name_key, color)
      values (${test.workspaces.elsewhere}, 'Theirs', 'theirs', 'red') returning id`
    const post = await save([['label', foreign!.id]])
    expect(await labelsOf(post)).toEqual([])
    const own = await addLabel('Ours')
    const merge = await send(`${settings}/${own}/change`, [
      ['act', 'merge'],
      ['into', foreign!.id],
    ])
    expect(merge.status).toBe(404)
    expect(await idOf('Ours')).toBe(own)
  })

  it('can still change when everything was sent, and the CSV of Insights has them', async () => {
    const [id, other] = [await addLabel('Out'), await addLabel('Later')]
    const post = await save([['label', id]])
    const [target] = await test.sql<{ id: string }[]>`
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at, platform_post_id)
      values (${test.workspaces.northside}, ${post}, ${channels.facebook}, 'facebook', 'text', 'Five records', now(), 'published', now() - interval '2 days', '1_2') returning id`
    await test.sql`update posts set state = 'scheduled', due_at = now() where id = ${post}`
    const changed = await send(`${base}/${post}/labels/change`, [
      ['label', id],
      ['label', other],
    ])
    expect(changed.location).toBe(`${base}/${post}?said=labels-saved`)
    expect(await labelsOf(post)).toEqual(['Later', 'Out'])
    await test.sql`
      insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at)
      values (${target!.id}, ${test.workspaces.northside}, ${channels.facebook}, 'text', now() - interval '2 days', now())`
    const csv = await test.cast.manager.get('/w/northside/insights.csv?table=posts&range=7')
    const [head = '', ...rows] = csv.text.split('\r\n')
    const column = head.split(',').indexOf('labels')
    expect(column).toBeGreaterThan(0)
    expect(rows.join('\n')).toContain('Later; Out')
  })
})

describe('the calendar', () => {
  it('can be limited to labels in every view and in a search, and keeps that in its address', async () => {
    const id = await addLabel('Shown')
    const fields: [string, string][] = [
      ['when', 'pick'],
      ['date', '2099-03-10'],
      ['clock', '10:00'],
    ]
    const post = await save([...fields, ['label', id]])
    const other = await save(fields)
    for (const view of ['month', 'week', 'list']) {
      const at = `/w/northside/calendar?view=${view}&at=2099-03-10&label=${id}`
      for (const address of [at, `${at}&q=five`]) {
        const { text } = await test.cast.manager.get(address)
        expect(text, view).toContain(`post-${post}`)
        expect(text, view).not.toContain(`post-${other}`)
        expect(text).toMatch(new RegExp(`href="[^"]*calendar\\?view=list[^"]*label=${id}`))
      }
    }
  })
})
