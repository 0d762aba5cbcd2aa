import { beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { addMedia, connectAll, type PlatformName, photoForm } from '../../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const at = '/w/northside/posts/edit-file'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

const file = (facts: Parameters<typeof addMedia>[3] = {}) =>
  addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, facts)
const send = (media: string, act: string, typed: Record<string, string> = {}) =>
  test.cast.manager.post(
    at,
    new URLSearchParams([
      ...photoForm({
        channels: [channels.instagram],
        media: [media],
        act,
        text: 'Kept "words" & more',
      }),
      ['edit.file', media],
      ...Object.entries(typed).map(([name, value]): [string, string] => [`edit.${name}`, value]),
    ]),
  )
const numbers = {
  shape: 'free',
  was: 'free',
  rotate: '0',
  x: '0',
  y: '0',
  width: '50',
  height: '50',
}

it.each([
  ['x', 'NaN'],
  ['x', '-1'],
  ['y', '1e9'],
  ['width', '0'],
  ['width', '101'],
  ['height', '9'.repeat(200_000)],
  ['height', '<b>all</b>'],
])(
  'a crop with %s = %.20s comes back with what was typed, here and in the composer',
  async (name, value) => {
    const answer = await send(await file(), 'done', { ...numbers, [name]: value })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(`id="edit-${name}-error"`)
    expect(answer.text).not.toContain('<b>all')
    expect(answer.text).toMatch(/name="text"\s+value="Kept &quot;words&quot; &amp; more"/)
  },
)

it.each(['', 'soon', '-1', '1:2:3:4', '99:99:99', '0x10', '1e3', '9'.repeat(100_000)])(
  'a video never ends at a time that is none or not in it: %.20s',
  async (end) => {
    const media = await file({ kind: 'video' })
    const answer = await send(media, 'done', {
      ...numbers,
      shape: 'original',
      was: 'original',
      start: '11.5',
      end,
    })
    expect(answer.status).toBe(422)
    expect(answer.text).toMatch(/id="edit-(start|end)-error"/)
  },
)

it('a file that is not in the post has no editor', async () => {
  expect((await send(await file(), `edit:${await file()}`)).status).toBe(404)
  expect(
    (await test.cast.manager.post(at, new URLSearchParams({ act: 'edit:../../etc' }))).status,
  ).toBe(404)
})

it('a file that another workspace owns is answered like one that is gone', async () => {
  const theirs = await addMedia(test.deps, test.workspaces.elsewhere, test.cast.outsider.id)
  for (const act of [`edit:${theirs}`, 'done']) {
    const { status, text } = await send(theirs, act, numbers)
    expect([status, text.includes(theirs)]).toEqual([200, false])
  }
})

it('a file that was deleted meanwhile leads back to the composer with everything that was typed', async () => {
  const media = await file()
  await test.sql`delete from media where id = ${media}`
  for (const act of [`edit:${media}`, 'done']) {
    const { status, text } = await send(media, act, numbers)
    expect([status, text.includes('id="composer"')]).toEqual([200, true])
    expect(text).toContain('Kept &quot;words&quot; &amp; more')
  }
})

it.each([
  { change: 'a new start', typed: { start: '2' }, covers: ['0', '1.5'] },
  { change: 'a new cover', typed: { cover: '4' }, covers: ['4', '4'] },
  { change: 'no cover', typed: { cover: '' }, covers: ['', ''] },
  { change: 'an end before a cover', typed: { end: '2' }, covers: ['1', '2'] },
  { change: 'only a crop', typed: { shape: '1:1' }, covers: ['1', '3,5'] },
])('the covers of two accounts after $change', async ({ typed, covers }) => {
  const media = await file({ kind: 'video' })
  const given = { channels: [channels.instagram, channels.tiktok], media: [media], act: 'done' }
  const editor = { ...numbers, shape: 'original', was: 'original', start: '', end: '', cover: '1' }
  const answer = await test.cast.manager.post(
    at,
    new URLSearchParams([
      ...photoForm(given),
      ['edit.file', media],
      [`${channels.instagram}.cover_second`, '1'],
      [`${channels.tiktok}.cover_second`, '3,5'],
      ...Object.entries({ ...editor, ...typed }).map(([name, value]): [string, string] => [
        `edit.${name}`,
        value,
      ]),
    ]),
  )
  const shown = given.channels.map(
    (channel) =>
      answer.text
        .match(new RegExp(`<input[^>]*name="${channel}\\.cover_second"[^>]*>`))?.[0]
        .match(/value="([^"]*)"/)?.[1] ?? '',
  )
  expect(shown).toEqual(covers)
})

it('nothing is saved by editing: the composer comes back with the edits, and Cancel leaves them out', async () => {
  const media = await file({ width: 1600, height: 900 })
  const done = await send(media, 'done', numbers)
  expect(done.status).toBe(200)
  expect(done.text).toContain(
    '{&quot;crop&quot;:{&quot;x&quot;:0,&quot;y&quot;:0,&quot;width&quot;:0.5,&quot;height&quot;:0.5}}',
  )
  expect((await send(media, 'cancel', numbers)).text).not.toContain('&quot;crop&quot;')
  expect(await test.sql`select from post_media where media_id = ${media}`).toHaveLength(0)
})

it.each([
  ['waiting', 'This video isn’t ready to edit yet'],
  ['failed', 'This video can’t be edited'],
])(
  'a video whose conversion is %s has no editor: its page says so and keeps what was typed',
  async (state, words) => {
    const id = await file({ kind: 'video' })
    await test.sql`
    update media set original_key = ${`original-of-${id}`}, conversion = ${state},
      conversion_problem = 'This video is damaged.' where id = ${id}`
    const answer = await send(id, `edit:${id}`)
    expect([answer.status, answer.text.includes(words)]).toEqual([409, true])
    expect(answer.text).toMatch(/name="text"\s+value="Kept &quot;words&quot; &amp; more"/)
    const back = await send(id, 'cancel')
    expect(back.text).toContain('Kept &quot;words&quot; &amp; more')
    expect(back.text).not.toContain(`id="edit-${id}"`)
    const shown = await test.cast.manager.post(
      `${at}?dialog=1`,
      new URLSearchParams([
        ['act', `edit:${id}`],
        ['media', id],
      ]),
    )
    expect(shown.status).toBe(409)
  },
)
