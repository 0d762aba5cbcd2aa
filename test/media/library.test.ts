import { beforeAll, describe, expect, it } from 'vitest'
import { makeImage } from '../../local/media/media-files.ts'
import { altTextMaxCharacters } from '../../web/media/library/alt-text.ts'
import { selectionMax } from '../../web/media/library/selection.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { addMedia, connectAll, photoForm, postIdIn } from '../support/posts.ts'
import { rowOf, upload } from '../support/uploading.ts'

let test: TestApp
let facebook: string
const media = '/w/northside/media'

beforeAll(async () => {
  test = await createTestApp()
  const { northside } = test.workspaces
  const channels = await connectAll(test.deps, {
    workspaceId: northside,
    userId: test.cast.admin.id,
  })
  facebook = channels.facebook
})

type Facts = NonNullable<Parameters<typeof addMedia>[3]>
const file = async (name: string, altText = '', facts: Facts = {}): Promise<string> => {
  const id = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, facts)
  await test.sql`update media set file_name = ${name}, alt_text = ${altText} where id = ${id}`
  return id
}
/** A scheduled post with the files. */
const post = (mediaIds: string[], state = 'scheduled') =>
  insertTarget(test.deps, {
    workspaceId: test.workspaces.northside,
    channelId: facebook,
    platform: 'facebook',
    mediaIds,
  }).then(async (made) => {
    await test.sql`update targets set state = ${state}, published_at = ${state === 'published' ? new Date() : null} where id = ${made.targetId}`
    return made
  })
const open = async (query: string) => (await test.cast.manager.get(`${media}${query}`)).text
const shown = (html: string) =>
  [...html.matchAll(/<li class="tile[^"]*" id="media-([^"]+)"/g)].map(([, id]) => id)
const send = (path: string, fields: Record<string, string>) =>
  test.cast.manager.post(`${media}/${path}`, new URLSearchParams(fields))
const altOf = async (id: string, postId: string) => {
  const [row] = await test.sql<{ altText: string; version: number }[]>`
    select pm.alt_text, p.version from post_media pm join posts p on p.id = pm.post_id
    where pm.media_id = ${id} and pm.post_id = ${postId}`
  return row
}

describe('finding files', () => {
  it('searches names and alt texts, in any case, also of letters beyond A to Z', async () => {
    const [name, alt] = [await file('KÖLN-100%.jpg'), await file('a.jpg', 'Das Café in Köln')]
    expect(shown(await open('?q=köln')).sort()).toEqual([name, alt].sort())
    expect(shown(await open('?q=CAFÉ+köln'))).toEqual([alt])
    expect(shown(await open('?q=100%25'))).toEqual([name])
    expect(shown(await open('?q=%25'))).toEqual([name])
    expect(await open('?q=no_such')).toContain('No files match.')
  })

  it('filters by kind and use, with counts of what the search found, and keeps it all in the address', async () => {
    const photo = await file('filtered-1.jpg', 'Shown')
    const video = await file('filtered-2.mp4', '', { kind: 'video' })
    const old = await file('filtered-3.jpg')
    await test.sql`update media set uploaded_at = now() - interval '80 days' where id in (${old}, ${photo})`
    await post([photo])
    expect(shown(await open('?q=filtered&kind=video'))).toEqual([video])
    expect(shown(await open('?q=filtered&is=used'))).toEqual([photo])
    expect(shown(await open('?q=filtered&is=unused&sort=oldest'))).toEqual([video, old])
    expect(shown(await open('?q=filtered&is=no-alt'))).toEqual([old])
    // The photo has a post that isn't out yet, so it stays.
    expect(shown(await open('?q=filtered&is=expiring'))).toEqual([old])
    const page = (await open('?q=filtered&kind=photo')).replace(/\s+/g, ' ')
    for (const [label, count] of [
      ['Photos', 2],
      ['Videos', 1],
      ['Used', 1],
      ['Not used', 1],
    ])
      expect(page).toMatch(new RegExp(`${label} <span class="muted number">${count} ?</span>`))
    expect(page).toContain('?q=filtered&amp;kind=photo&amp;is=unused"')
  })
})

describe('alt text', () => {
  it('is saved for the file and for posts of which nothing was sent, which are prepared again', async () => {
    const id = await file('alt.jpg', 'Before')
    const [waiting, sent] = [await post([id], 'ready'), await post([id], 'published')]
    const before = await altOf(id, waiting.postId)
    const page = await test.cast.manager.get(`${media}?file=${id}`)
    expect(page.text).toContain('>Before</textarea>')
    const saved = await send(`${id}/alt-text`, {
      alt_text: ' Two loudspeakers ',
      was: 'Before',
      back: `${media}?file=${id}`,
    })
    expect([saved.status, saved.location]).toEqual([303, `${media}?file=${id}&said=alt-text-saved`])
    expect(await rowOf(test, id)).toMatchObject({ altText: 'Two loudspeakers' })
    const after = await altOf(id, waiting.postId)
    expect(after).toMatchObject({ altText: 'Two loudspeakers' })
    expect(after?.version).toBeGreaterThan(before?.version ?? 0)
    expect(await altOf(id, sent.postId)).toMatchObject({ altText: '' })
    const [target] =
      await test.sql`select state, revision from targets where id = ${waiting.targetId}`
    expect(target).toMatchObject({ state: 'scheduled', revision: 2 })
    const other = await send(`${id}/alt-text`, {
      alt_text: 'Mine',
      was: 'Before',
      back: `${media}?file=${id}`,
    })
    expect(other.status).toBe(422)
    expect(other.text).toContain('Someone else changed this alt text to: “Two loudspeakers”')
    expect(other.text).toContain('>Mine</textarea>')
    const long = 'a'.repeat(altTextMaxCharacters + 1)
    const refused = await send(`${id}/alt-text`, { alt_text: long })
    expect([refused.status, refused.text.includes(long)]).toEqual([422, true])
    expect(await rowOf(test, id)).toMatchObject({ altText: 'Two loudspeakers' })
  })

  it('is there when a post is written, and what is written there becomes the file’s', async () => {
    const id = await file('composed.jpg', 'From the library')
    const composer = await test.cast.manager.get(`/w/northside/posts/new?media=${id}`)
    expect(composer.text).toMatch(new RegExp(`name="alt\\.${id}"\\s+value="From the library"`))
    const form = photoForm({ channels: [facebook], media: [id], act: 'save', text: 'Composed' })
    const fields = new URLSearchParams([...form].filter(([name]) => !name.startsWith('alt.')))
    const saved = await test.cast.manager.post('/w/northside/posts', fields)
    const postId = postIdIn(saved.location)
    expect(await altOf(id, postId)).toMatchObject({ altText: 'From the library' })
    fields.set(`alt.${id}`, 'From the composer')
    fields.set('version', '1')
    await test.cast.manager.post(`/w/northside/posts/${postId}`, fields)
    expect(await rowOf(test, id)).toMatchObject({ altText: 'From the composer' })
  })
})

describe('a file', () => {
  it('gets another name and keeps its ending; without a name, the panel comes back', async () => {
    const id = await file('sleeve.jpg')
    expect((await send(`${id}/rename`, { name: '../Five singles' })).status).toBe(303)
    expect(await rowOf(test, id)).toMatchObject({ fileName: 'Five singles.jpg' })
    const refused = await send(`${id}/rename`, { name: ' ', back: `${media}?file=${id}` })
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('Enter a name for this file.')
  })

  it('can be downloaded as it came, by members only, and nobody may cache or run it', async () => {
    const original = await makeImage({ width: 2600, height: 200, format: 'png' })
    const id = await upload(test, 'Plakat “Köln”.png', original)
    const answer = await test.cast.manager.request(`${media}/${id}/original`, {})
    expect(Buffer.from(await answer.arrayBuffer()).equals(original)).toBe(true)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="Plakat _K_ln_.png"; filename*=UTF-8''Plakat%20%E2%80%9CK%C3%B6ln%E2%80%9D.png`,
      'x-content-type-options': 'nosniff',
    })
    expect((await test.cast.outsider.get(`${media}/${id}/original`)).status).toBe(404)
    expect((await test.cast.outsider.get(`/w/elsewhere/media/${id}/original`)).status).toBe(404)
    expect((await test.cast.stranger.get(`${media}/${id}/original`)).status).toBe(303)
  })

  it('promise R4: says when it will be removed', async () => {
    const fresh = await file('fresh.jpg')
    expect(await open(`?file=${fresh}`)).toMatch(/90 days after it was uploaded/)
    await post([fresh])
    expect(await open(`?file=${fresh}`)).toMatch(/<dd>90 days after its last post goes out/)
    const old = await file('old.jpg')
    await post([old], 'published')
    expect(await open(`?file=${old}`)).toMatch(/20\d\d, 90 days after its last post/)
  })

  it('whose conversion failed gets another try', async () => {
    const id = await file('film.mp4', '', { kind: 'video' })
    await test.sql`
      update media set original_key = ${`original-of-${id}`}, conversion = 'failed',
        conversion_problem = 'This video is damaged.' where id = ${id}`
    expect(await open('?q=film.mp4')).toContain(`action="${media}/${id}/again"`)
    expect((await send(`${id}/again`, {})).status).toBe(303)
    expect(await rowOf(test, id)).toMatchObject({ conversion: 'waiting', conversionProblem: null })
  })
})

describe('deleting', () => {
  const remove = (ids: string[]) =>
    test.cast.manager.post(
      `${media}/delete`,
      new URLSearchParams(ids.map((id): [string, string] => ['media', id])),
    )

  it('names the posts that would lose a file, deletes none, and offers the others', async () => {
    const [needed, other] = [await file('needed.jpg'), await file('other.jpg')]
    const { postId } = await post([needed])
    const refused = await remove([needed, other])
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('needed.jpg')
    expect(refused.text).toContain(`/w/northside/posts/${postId}`)
    expect(refused.text).toContain('Delete the other file')
    expect(await test.sql`select from media where id in (${needed}, ${other})`).toHaveLength(2)
  })

  it('takes a file out of the library whose posts are published, and they keep the record of it', async () => {
    const picture = await makeImage({ width: 90, height: 64 })
    const id = await upload(test, 'published.jpg', picture)
    const { storeKey, mediumKey } = await rowOf(test, id)
    const { postId } = await post([id], 'published')
    const done = await remove([id, await upload(test, 'unused.jpg', picture)])
    expect([done.status, done.location]).toEqual([303, `${media}?said=several-media-deleted`])
    expect((await test.cast.manager.get(`${media}/${id}`)).status).toBe(404)
    expect((await test.cast.manager.get(`/w/northside/posts/${postId}`)).status).toBe(200)
    for (const key of [storeKey, mediumKey ?? ''])
      expect(await test.deps.mediaStore.size(key)).toBeNull()
    expect(
      await test.sql`select from media where id = ${id} and files_removed_at is not null`,
    ).toHaveLength(1)
  })

  it('is refused for files of others, for none and for too many', async () => {
    const id = await file('mine.jpg')
    const elsewhere = await test.cast.outsider.post(
      '/w/elsewhere/media/delete',
      new URLSearchParams({ media: id }),
    )
    expect(elsewhere.status).toBe(303)
    expect(await test.sql`select from media where id = ${id}`).toHaveLength(1)
    expect((await remove([])).status).toBe(422)
    const many = Array.from({ length: selectionMax + 1 }, () => crypto.randomUUID())
    expect((await remove(many)).status).toBe(422)
  })
})

describe('a library of 5,000 files', () => {
  it('shows each page by its key, without reading the pages before', async () => {
    const [{ id: workspaceId }] =
      (await test.sql`select id from workspaces where slug = 'elsewhere'`) as unknown as [
        { id: string },
      ]
    await test.sql`
      insert into media (workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, store_key, uploaded_at)
      select ${workspaceId}, 'image', 'image/jpeg', 'IMG_' || n || '.jpg', 1000, sha256(n::text::bytea), 1080, 1080, 'many-' || n,
        now() - interval '100 days' from generate_series(1, 5000) n`
    const seen = new Set<string>()
    let next: string | undefined = '/w/elsewhere/media'
    for (let pages = 0; next && pages < 3; pages += 1) {
      const { text } = await test.cast.outsider.get(next)
      for (const id of shown(text)) seen.add(id!)
      next = /class="button" href="([^"]+before=[^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen.size).toBe(180)
    expect((await test.cast.outsider.get('/w/elsewhere/media')).text).toContain('5,000')
  })
})
