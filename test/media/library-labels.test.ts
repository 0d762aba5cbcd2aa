import { beforeAll, describe, expect, it } from 'vitest'
import { makeImage } from '../../local/media/media-files.ts'
import { holdFiles, unlessLost } from '../../web/posts/lost-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { addMedia, connectAll, photoForm } from '../support/posts.ts'
import { upload } from '../support/uploading.ts'

let test: TestApp
let facebook: string
const media = '/w/northside/media'

beforeAll(async () => {
  test = await createTestApp()
  const ids = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  facebook = (await connectAll(test.deps, ids)).facebook
})

const file = async (name: string): Promise<string> => {
  const id = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
  await test.sql`update media set file_name = ${name} where id = ${id}`
  return id
}
const open = async (query: string) => (await test.cast.manager.get(`${media}${query}`)).text
const shown = (html: string) =>
  [...html.matchAll(/<li class="tile[^"]*" id="media-([^"]+)"/g)].map(([, id]) => id)
const send = (path: string, fields: Record<string, string>) =>
  test.cast.manager.post(`${media}/${path}`, new URLSearchParams(fields))

describe('a file that is deleted while a post with it is written', () => {
  it('comes back with every word, and nothing is saved without the person knowing', async () => {
    const picture = await makeImage({ width: 640, height: 640, color: '#33a' })
    const [gone, kept] = [await upload(test, 'gone.jpg', picture), await file('kept.jpg')]
    const form = (media: string[]) =>
      new URLSearchParams(photoForm({ channels: [facebook], media, text: 'Doors at six' }))
    expect((await send('delete', { media: gone })).status).toBe(303)
    const posts = () => test.sql`select from posts where text = 'Doors at six'`
    const refused = await test.cast.manager.post('/w/northside/posts', form([gone, kept]))
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('A file of this post was deleted from the media library.')
    expect(refused.text).toContain('Doors at six')
    expect(refused.text).toContain(`value="${kept}"`)
    expect(await posts()).toHaveLength(0)
    const saved = await test.cast.manager.post('/w/northside/posts', form([kept]))
    expect(saved.status).toBe(303)
    // Deleting waits for a post that is being saved, and then refuses.
    const added = await file('added.jpg')
    const deleting = await test.sql.begin(async (t) => {
      await holdFiles(t, test.workspaces.northside, [{ id: added }])
      const asked = send('delete', { media: added })
      await t`insert into post_media (post_id, workspace_id, media_id, position, alt_text)
        select id, workspace_id, ${added}, 9, '' from posts where text = 'Doors at six'`
      return { asked }
    })
    expect((await deleting.asked).status).toBe(409)
    const late = test.sql.begin((t) => holdFiles(t, test.workspaces.northside, [{ id: gone }]))
    await expect(unlessLost(late)).resolves.toBe('lost')
  })
})

describe('labels of files', () => {
  it('are given to several files, found by filter and search, and changed for one', async () => {
    const [bar, shop, other] = [await file('bar.jpg'), await file('shop.jpg'), await file('x.jpg')]
    const add = (fields: [string, string][]) =>
      test.cast.manager.post(`${media}/labels/change`, new URLSearchParams(fields))
    await add([
      ['media', bar!],
      ['media', shop!],
      ['new_label', 'Listening  BAR'],
    ])
    const [label] = await test.sql<
      { id: string }[]
    >`select id from labels where name = 'Listening BAR'`
    expect(shown(await open(`?label=${label?.id}`)).sort()).toEqual([bar, shop].sort())
    expect(shown(await open('?q=listening'))).toHaveLength(2)
    const text = await open(`?label=${label?.id}&file=${bar}`)
    expect(text).toContain('aria-label="Listening BAR: clear filter"')
    const none = await send(`${bar}/labels/change`, { new_label: '' })
    expect(none.location).toBe(`${media}?said=media-labels-saved`)
    expect(shown(await open(`?label=${label?.id}`))).toEqual([shop])
    expect((await add([['media', other!]])).status).toBe(422)
    // Someone else's label and file: nothing happens.
    await test.cast.outsider.post(
      '/w/elsewhere/media/labels/change',
      new URLSearchParams([
        ['media', other!],
        ['label', label?.id ?? ''],
      ]),
    )
    expect(await test.sql`select from media_labels where media_id = ${other}`).toHaveLength(0)
  })

  it('are at most 20 for a file, also by requests that arrive together, and nothing is left out silently', async () => {
    const name = (n: number) => `Limit ${String(n).padStart(2, '0')}`
    await test.sql`
      insert into labels (workspace_id, name, name_key, color)
      select ${test.workspaces.northside}, n, lower(n), 'gray' from unnest(${Array.from({ length: 25 }, (_, n) => name(n))}::text[]) n`
    const labels = await test.sql<{ id: string }[]>`
      select id from labels where name like 'Limit %' order by name`
    const ids = labels.map(({ id }) => id)
    const [full, empty] = [await file('full.jpg'), await file('empty.jpg')]
    const pairs = (key: string, values: string[]) =>
      values.map((one): [string, string] => [key, one])
    const post = (path: string, fields: [string, string][]) =>
      test.cast.manager.post(`${media}/${path}`, new URLSearchParams(fields))
    const count = async (mediaId: string) =>
      (await test.sql`select from media_labels where media_id = ${mediaId}`).length
    expect((await post(`${full}/labels/change`, pairs('label', ids))).status).toBe(422)
    expect(await count(full)).toBe(0)
    // Each of these fits alone.
    const answers = await Promise.all(
      ids.map((id) => post('labels/change', [...pairs('media', [full]), ['label', id]])),
    )
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5)
    expect(await count(full)).toBe(20)
    const both = [...pairs('media', [full, empty]), ['new_label', 'One more'] as [string, string]]
    const refused = await post('labels/change', both)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('1 of these would have more')
    expect(await count(empty)).toBe(0)
  })

  it('two labels that are merged leave the files with one, and reports limited to it', async () => {
    const ids = [await file('one.jpg'), await file('two.jpg')]
    await send(`${ids[0]}/labels/change`, { new_label: 'Vinyl' })
    await send(`${ids[1]}/labels/change`, { new_label: 'Records' })
    const labels = await test.sql<{ id: string; name: string }[]>`
      select id, name from labels where name in ('Vinyl', 'Records') order by name`
    const [records, vinyl] = labels.map(({ id }) => id)
    const report = await test.cast.manager.post('/w/northside/reports', {
      ...{ title: 'Vinyl', note: '', period: 'week', section: 'summary', color: '#0f5c5a' },
      label: vinyl!,
    })
    await test.cast.manager.post(
      `/w/northside/settings/labels/${vinyl}/change`,
      new URLSearchParams({ act: 'merge', into: records! }),
    )
    expect(shown(await open(`?label=${records}`)).sort()).toEqual(ids.sort())
    const after = await test.cast.manager.get(report.location!.replace(/\?.*/, ''))
    expect(after.text).toContain('posts labeled Records')
  })
})

describe('several files in one download', () => {
  it('come as a zip of their originals with each name once, for members only', async () => {
    const pictures = await Promise.all(
      ['#a33', '#3a3'].map((color) => makeImage({ width: 640, height: 640, color })),
    )
    const ids: string[] = []
    for (const picture of pictures) ids.push(await upload(test, 'sleeve.jpg', picture))
    // So many that a listener left behind by each would be warned of.
    for (let n = 0; n < 10; n++) ids.push(await upload(test, 'copy.jpg', pictures[0]!))
    const warned: string[] = []
    const onWarning = ({ name }: Error) => void warned.push(name)
    process.on('warning', onWarning)
    const body = new URLSearchParams(ids.map((id): [string, string] => ['media', id]))
    const answer = await test.cast.manager.request(`${media}/download`, {
      method: 'POST',
      headers: { Origin: test.deps.config.publicUrl },
      body,
    })
    expect(answer.headers.get('Content-Disposition')).toContain('northside-media.zip')
    const zip = Buffer.from(await answer.arrayBuffer())
    expect(zip.includes('sleeve.jpg')).toBe(true)
    expect(zip.includes('sleeve (2).jpg')).toBe(true)
    for (const picture of pictures) expect(zip.includes(picture)).toBe(true)
    expect(zip.includes('copy (10).jpg')).toBe(true)
    process.off('warning', onWarning)
    expect(warned).toEqual([])
    const others = await test.cast.outsider.post('/w/elsewhere/media/download', body)
    expect(others.status).toBe(422)
  })
})
