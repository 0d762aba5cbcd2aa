import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { connectAll, type PlatformName, photoForm, postIdIn } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

type Fields = [string, string][]
const post = (path: string, fields: Fields, who: 'manager' | 'admin' | 'operator' = 'manager') =>
  test.cast[who].post(path, new URLSearchParams(fields))
const keyIn = (html: string, action = ''): string =>
  html
    .split(action)
    .at(-1)
    ?.match(/name="key" value="([^"]*)"/)?.[1] ?? ''
const newKey = async () => keyIn((await test.cast.manager.get(`${base}/new`)).text, 'id="composer"')
const postsSaying = (text: string) =>
  test.sql<
    { id: string; version: number; state: string }[]
  >`select id, version, state from posts where text = ${text}`

describe('a new post', () => {
  it('saved twice at once is one draft, and both responses lead to it', async () => {
    const key = await newKey()
    const fields: Fields = [
      ['text', 'A double click'],
      ['key', key],
      ['act', 'save'],
    ]
    const answers = await Promise.all([post(base, fields), post(base, fields), post(base, fields)])
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(await postsSaying('A double click')).toHaveLength(1)
  })

  it('scheduled twice at once is one post with one target, and nobody is asked whether it is a duplicate', async () => {
    const fields: Fields = [
      ...photoForm({ channels: [channels.facebook], media: [], text: 'A nervous finger' }),
      ['key', await newKey()],
    ]
    const answers = await Promise.all([post(base, fields), post(base, fields)])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    const [one, ...others] = await postsSaying('A nervous finger')
    expect(others).toEqual([])
    expect(await test.sql`select from targets where post_id = ${one!.id}`).toHaveLength(1)
    expect(await test.sql`select from events where subject_id = ${one!.id}`).toHaveLength(1)
  })

  it('saved again after Back with different text is an edit of the draft that the first save made', async () => {
    const key = await newKey()
    const first = await post(base, [
      ['text', 'Before Back'],
      ['key', key],
      ['act', 'save'],
    ])
    const second = await post(base, [
      ['text', 'After Back'],
      ['key', key],
      ['act', 'save'],
    ])
    const third = await post(base, [
      ['text', 'After Back twice'],
      ['key', key],
      ['act', 'save'],
    ])
    expect([second, third].map(({ location }) => postIdIn(location))).toEqual([
      postIdIn(first.location),
      postIdIn(first.location),
    ])
    expect(await postsSaying('Before Back')).toEqual([])
    expect(await postsSaying('After Back twice')).toHaveLength(1)
  })

  it('saved again after Back is refused with both texts if somebody else has changed the draft', async () => {
    const key = await newKey()
    const first = await post(base, [
      ['text', 'Mine'],
      ['key', key],
      ['act', 'save'],
    ])
    const path = `${base}/${postIdIn(first.location)}`
    await post(
      path,
      [
        ['text', 'By somebody else'],
        ['version', '1'],
        ['act', 'save'],
      ],
      'admin',
    )
    const answer = await post(base, [
      ['text', 'Mine, after Back'],
      ['key', key],
      ['act', 'save'],
    ])
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('By somebody else')
    expect(answer.text).toContain('Mine, after Back')
  })

  it('saved again after its draft was deleted becomes a new draft', async () => {
    const key = await newKey()
    const first = await post(base, [
      ['text', 'Deleted and wanted back'],
      ['key', key],
      ['act', 'save'],
    ])
    await post(`${base}/${postIdIn(first.location)}/discard`, [])
    const second = await post(base, [
      ['text', 'Deleted and wanted back'],
      ['key', key],
      ['act', 'save'],
    ])
    expect((await test.cast.manager.get(second.location ?? '')).status).toBe(200)
  })

  it('that was refused keeps its key: corrected and sent again, it is created once', async () => {
    const key = await newKey()
    const refused = await post(base, [
      ...photoForm({ channels: [], media: [], text: 'No account yet' }),
      ['key', key],
    ])
    expect([refused.status, keyIn(refused.text, 'id="composer"')]).toEqual([422, key])
    const fields: Fields = [
      ...photoForm({ channels: [channels.facebook], media: [], text: 'No account yet' }),
      ['key', key],
    ]
    expect((await post(base, fields)).status).toBe(303)
    expect(await postsSaying('No account yet')).toHaveLength(1)
  })

  it('with the key of another workspace reveals nothing about what that key made', async () => {
    const key = await newKey()
    const mine = await post(base, [
      ['text', 'Not for outsiders'],
      ['key', key],
      ['act', 'save'],
    ])
    const theirs = await test.cast.outsider.post('/w/elsewhere/posts', {
      text: 'Somebody else',
      key,
      act: 'save',
    })
    expect(theirs.status).toBe(303)
    expect(postIdIn(theirs.location)).not.toBe(postIdIn(mine.location))
  })
})

it('an edit that is saved twice counts once: the second is not refused as outdated', async () => {
  const saved = await post(base, [
    ['text', 'Edited twice'],
    ['act', 'save'],
  ])
  const path = `${base}/${postIdIn(saved.location)}`
  const key = keyIn((await test.cast.manager.get(`${path}/edit`)).text, 'id="composer"')
  const fields: Fields = [
    ['text', 'Edited once'],
    ['version', '1'],
    ['key', key],
    ['act', 'save'],
  ]
  const answers = await Promise.all([post(path, fields), post(path, fields)])
  expect(answers.map(({ status }) => status)).toEqual([303, 303])
  expect(await postsSaying('Edited once')).toMatchObject([{ version: 2 }])
})

it('pressing Duplicate twice makes one copy', async () => {
  const saved = await post(base, [
    ['text', 'To be copied'],
    ['act', 'save'],
  ])
  const path = `${base}/${postIdIn(saved.location)}`
  const key = keyIn((await test.cast.manager.get(path)).text, '/duplicate"')
  const answers = await Promise.all([
    post(`${path}/duplicate`, [['key', key]]),
    post(`${path}/duplicate`, [['key', key]]),
  ])
  expect(answers[0]?.location).toBe(answers[1]?.location)
  expect(await postsSaying('To be copied')).toHaveLength(2)
})

it('an invitation form that is sent twice leaves one open invitation, the one whose link was shown last', async () => {
  const key = keyIn((await test.cast.admin.get('/w/northside/people')).text, '/people/invitations"')
  const send = () =>
    post(
      '/w/northside/people/invitations',
      [
        ['role', 'manager'],
        ['key', key],
      ],
      'admin',
    )
  const links = [await send(), await send()].map(
    ({ text }) => text.match(/id="made-link"[^>]*value="([^"]*)"/)?.[1] ?? '',
  )
  const open =
    await test.sql`select from invitations where accepted_at is null and revoked_at is null`
  expect(open).toHaveLength(1)
  const statuses = await Promise.all(
    links.map(async (link) => (await test.browser().get(new URL(link).pathname)).status),
  )
  expect(statuses).toEqual([404, 200])
})

it('a workspace form that is sent twice makes one workspace, and both responses lead there', async () => {
  const fields: Fields = [
    ['name', 'Twice Records'],
    ['slug', ''],
    ['zone', 'Europe/Zurich'],
    ['key', randomUUID()],
  ]
  const answers = [
    await post('/operate/workspaces', fields, 'operator'),
    await post('/operate/workspaces', fields, 'operator'),
  ]
  expect(answers.map(({ status, location }) => [status, location?.split('?')[0]])).toEqual([
    [303, '/w/twice-records/today'],
    [303, '/w/twice-records/today'],
  ])
})

it('an upload form that is sent twice stores each of its files once', async () => {
  const bytes = await makeJpeg({ width: 400, height: 300 })
  const key = randomUUID()
  const send = async () => {
    const form = new FormData()
    form.set('key', key)
    form.append('files', new File([new Uint8Array(bytes)], 'sleeve.jpg', { type: 'image/jpeg' }))
    const answer = await test.cast.manager.request('/w/northside/media', {
      method: 'POST',
      body: form,
      headers: { Origin: test.deps.config.publicUrl },
    })
    return answer.status
  }
  expect([await send(), await send()]).toEqual([303, 303])
  expect(
    await test.sql`select from media where file_name = 'sleeve.jpg' and width = 400`,
  ).toHaveLength(1)
})
