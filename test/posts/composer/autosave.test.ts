import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type Person, type TestApp } from '../../support/app.ts'
import { connectAll, photoForm, postIdIn } from '../../support/posts.ts'

let test: TestApp
let ada: Person
let max: Person
let facebook: string
const base = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
  ada = test.cast.admin
  max = test.cast.manager
  const owner = { workspaceId: test.workspaces.northside, userId: ada.id }
  ;({ facebook } = await connectAll(test.deps, owner))
})
beforeEach(async () => {
  await test.sql`delete from posts`
})

type Saved = { as: string; postId: string; version: number; editAt?: string; words: string }
type Fields = Record<string, string | number | undefined>
const send = (person: Person, fields: Fields) =>
  person.post(
    `${base}/autosave`,
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    ),
  )
const save = async (person: Person, fields: Fields): Promise<Saved> => {
  const answer = await send(person, fields)
  expect(answer.status).toBe(200)
  return JSON.parse(answer.text)
}
const textOf = async (id: string) =>
  (await test.sql`select text from posts where id = ${id}`)[0]!.text
const versionsOf = async (id: string) =>
  (
    await test.sql`select form->>'text' as text, user_id from post_versions where post_id = ${id} order by saved_at, id`
  ).map(({ text }) => text)
const editPage = (person: Person, id: string) => person.get(`${base}/${id}/edit`)
const key = () => crypto.randomUUID()

describe('saving while a person writes', () => {
  it('makes one draft of one form, also if an answer was lost or two requests arrive at once', async () => {
    const form = { key: key(), text: 'Crates' }
    const [first, second] = await Promise.all([save(max, form), save(max, form)])
    expect(second.postId).toBe(first.postId)
    const again = await save(max, { ...form, text: 'Crates of soul' })
    expect(again).toMatchObject({ as: 'saved', postId: first.postId })
    expect(await test.sql`select text from posts`).toMatchObject([{ text: 'Crates of soul' }])
    // So does the button of the same form, which is older than what was saved.
    const pressed = await max.post(base, { ...form, text: 'Crates of funk', act: 'save' })
    expect(postIdIn(pressed.location)).toBe(first.postId)
    expect(await textOf(first.postId)).toBe('Crates of funk')
  })

  it('makes no draft of a form without words', async () => {
    expect(
      (await send(max, { key: key(), channel: facebook, time: '2099-11-26T10:00' })).status,
    ).toBe(204)
    expect(await test.sql`select from posts`).toHaveLength(0)
  })

  it('keeps what a post can’t hold, such as a time that doesn’t exist', async () => {
    const { postId } = await save(max, { key: key(), text: 'Odd', time: '2099-03-29T02:30' })
    const page = (await editPage(max, postId)).text
    expect([page.includes('value="2099-03-29"'), page.includes('value="02:30"')]).toEqual([
      true,
      true,
    ])
  })

  it('never changes what goes out: an edit of a scheduled post is this person’s until Save', async () => {
    const form = photoForm({ channels: [facebook], media: [], text: 'As scheduled' })
    const post = await max.post(
      base,
      new URLSearchParams([...form, ['link', 'https://example.com/']]),
    )
    const id = postIdIn(post.location)
    const edit = { key: key(), post: id, version: 1, text: 'Not yet', channel: facebook, left: 0 }
    expect(await save(max, edit)).toMatchObject({ as: 'aside', version: 1 })
    const [target] = await test.sql`select text from targets where post_id = ${id}`
    expect([await textOf(id), target!.text]).toEqual(['As scheduled', 'As scheduled'])
    expect((await editPage(max, id)).text).toContain('>Not yet</textarea>')
    expect((await editPage(ada, id)).text).not.toContain('Not yet')
    const discarded = await max.post(`${base}/${id}/unsaved/discard`, { version: '1' })
    expect(discarded.location).toContain('/edit?said=edit-discarded')
    expect((await editPage(max, id)).text).toContain('>As scheduled</textarea>')
  })

  it('overwrites nobody: both texts are shown, and each is kept', async () => {
    const { postId } = await save(ada, { key: key(), text: 'Of the team' })
    await save(ada, { key: key(), post: postId, version: 1, text: 'Of Ada' })
    const mine = { key: key(), post: postId, version: 1, text: 'Of Max' }
    const refused = await save(max, mine)
    expect(refused).toMatchObject({ as: 'changed', words: 'Ada Admin changed this draft.' })
    expect(await textOf(postId)).toBe('Of Ada')
    const page = (await editPage(max, postId)).text
    expect(page).toContain('<p class="words">Of Ada</p>')
    expect(page).toContain('>Of Max</textarea>')
    const other = await save(max, { ...mine, key: key(), text: 'Of Max, in another tab' })
    expect(other.as).toBe('changed')
    expect(await versionsOf(postId)).toEqual(expect.arrayContaining(['Of Max']))
  })

  it('refuses the words of the person who opened the page once another has signed in', async () => {
    const answer = await send(ada, { key: key(), text: 'Of Max', by: max.id })
    expect(answer.status).toBe(403)
    expect((await ada.post(base, { text: 'Of Max', by: max.id, act: 'save' })).status).toBe(403)
    expect(await test.sql`select from posts`).toHaveLength(0)
  })

  it('says that a draft was deleted, and finds none of another workspace', async () => {
    const { postId } = await save(max, { key: key(), text: 'Gone soon' })
    const edit = { key: key(), post: postId, version: 1, text: 'Still here' }
    expect(
      (await test.cast.outsider.post('/w/elsewhere/posts/autosave', { post: postId, text: 'x' }))
        .status,
    ).toBe(404)
    await max.post(`${base}/${postId}/discard`, { version: '1' })
    const answer = await send(max, edit)
    expect([answer.status, JSON.parse(answer.text)]).toEqual([404, { as: 'gone' }])
  })
})

describe('saved versions', () => {
  it('grow while one person writes, but keep what was deleted, and what another person wrote', async () => {
    const form = { key: key() }
    const long = 'A text of many words that somebody will delete by accident'
    const { postId } = await save(max, { ...form, text: 'A text' })
    await save(max, { ...form, text: long })
    await save(max, { ...form, text: 'Oh' })
    expect(await versionsOf(postId)).toEqual([long, 'Oh'])
    const [post] = await test.sql`select version from posts where id = ${postId}`
    await save(ada, { key: key(), post: postId, version: post!.version, text: 'Oh, Ada' })
    expect(await versionsOf(postId)).toEqual([long, 'Oh', 'Oh, Ada'])
  })

  it('are shown with who and when; restoring one is a version too', async () => {
    const form = { key: key() }
    const { postId } = await save(max, { ...form, text: 'The first one, which was better' })
    test.clock.moveBy(6 * 60_000)
    const { version } = await save(max, { ...form, text: 'The second one' })
    const path = `${base}/${postId}/versions`
    const page = (await ada.get(path)).text
    expect(page).toContain('Max Manager')
    expect(page).toContain('The first one, which was better')
    const [oldest] =
      await test.sql`select id from post_versions where post_id = ${postId} order by saved_at limit 1`
    const restore = `${path}/${oldest!.id}/restore`
    expect((await ada.post(restore, { version: String(version) })).location).toContain(
      'version-restored',
    )
    expect(await textOf(postId)).toBe('The first one, which was better')
    expect(await versionsOf(postId)).toEqual([
      'The first one, which was better',
      'The second one',
      'The first one, which was better',
    ])
    expect((await test.cast.outsider.post(restore)).status).toBe(404)
  })

  it('are the last 20', async () => {
    const { postId } = await save(max, { key: key(), text: 'State 1' })
    for (let n = 2; n <= 23; n += 1) {
      const [post] = await test.sql`select version from posts where id = ${postId}`
      const fields = { text: `State ${n}`, version: String(post!.version), act: 'save' }
      expect((await max.post(`${base}/${postId}`, fields)).status).toBe(303)
    }
    const kept = await versionsOf(postId)
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([20, 'State 4', 'State 23'])
  })
})
