import { appendFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPlatforms } from '../../platforms/index.ts'
import { testConfig } from '../support/config.ts'
import { recordProduct, recordTroubles, type Story } from './every-call.ts'
import { type Checked, checkMeta } from './meta-check.ts'
import { allExceptions } from './meta-exceptions.ts'
import { checkTiktok } from './tiktok-check.ts'

let product: Story
let meta: Checked
let tiktok: Checked

beforeAll(async () => {
  product = await recordProduct()
  const troubles = await recordTroubles()
  const recorded = [...product.recorded, ...troubles.recorded]
  meta = checkMeta(recorded)
  tiktok = checkTiktok(recorded)
  if (process.env.SPECS_RESULT)
    await appendFile(process.env.SPECS_RESULT, JSON.stringify(resultOf(meta, tiktok)))
}, 300_000)

/** All names in a body of JSON, inner ones too. */
const namesIn = (json: unknown): string[] =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
    ? Object.entries(json).flatMap(([name, value]) => [name, ...namesIn(value)])
    : []

const resultOf = (...all: Checked[]) => ({
  specs: true,
  requests: all.reduce((sum, { requests }) => sum + requests, 0),
  shapes: all.reduce((sum, { shapes }) => sum + shapes.size, 0),
  exceptions: allExceptions.length,
  violations: all.reduce((sum, { violations }) => sum + violations.size, 0),
})

describe('a run that uses every call of the client', () => {
  test('publishes each kind of post that the product offers', () => {
    const offered = [...createPlatforms(testConfig()).platforms.values()].flatMap(
      ({ name, kinds }) => kinds.map((kind) => `${name} ${kind.name}`),
    )
    expect([...new Set(product.published)].sort()).toEqual(offered.sort())
  })

  test('uses every setting that a post can have', () => {
    const sent = (path: RegExp) =>
      new Set(
        product.recorded
          .filter((one) => one.method === 'POST' && path.test(one.path))
          .flatMap(({ form, files, json }) => [...Object.keys(form), ...files, ...namesIn(json)]),
      )
    const wanted: [RegExp, string[]][] = [
      [
        /\/media$/,
        [
          'collaborators',
          'user_tags',
          'location_id',
          'cover_url',
          'thumb_offset',
          'is_ai_generated',
        ],
      ],
      [/\/video_reels$/, ['place', 'is_ai_generated']],
      [/\/video_stories$/, ['is_ai_generated']],
      [/\/photo_stories$/, ['photo_id']],
      [/\/thumbnails$/, ['source', 'is_preferred']],
      [/\/comments$/, ['message']],
      [/\/post\/publish\/video\/init\/$/, ['video_cover_timestamp_ms', 'is_aigc']],
      [/\/post\/publish\/inbox\/video\/init\/$/, ['source_info']],
      [/\/post\/publish\/content\/init\/$/, ['photo_cover_index', 'is_aigc', 'title']],
    ]
    const missing = wanted.flatMap(([path, names]) =>
      names.filter((name) => !sent(path).has(name)).map((name) => `${path.source} ${name}`),
    )
    expect(missing).toEqual([])
  })

  test("sends Meta only what its published spec contains, and the sandbox's responses match it too", () => {
    expect([...meta.violations]).toEqual([])
    expect(meta.shapes.size).toBeGreaterThan(30)
  })

  test("sends TikTok only what its documents name, and the sandbox's responses match them too", () => {
    expect([...tiktok.violations]).toEqual([])
    expect(tiktok.shapes.size).toBeGreaterThan(10)
  })

  test('needs every exception from the spec, and each one names its document', () => {
    expect(
      allExceptions.map(({ name }) => name).filter((name) => !meta.exceptions.has(name)),
    ).toEqual([])
    for (const { source } of allExceptions)
      expect(source).toMatch(/^https:\/\/developers\.facebook\.com\//)
  })
})

describe('anything outside the spec is detected', () => {
  const feed = (form: Record<string, string>) => ({
    ...product.recorded.find(({ method, path }) => method === 'POST' && path.endsWith('/feed'))!,
    form,
  })

  test.each([
    [
      'a parameter that was misspelled',
      { mesage: 'Hello' },
      'POST /feed of Page has no parameter mesage',
    ],
    [
      'a value that is none of the list',
      { message: 'Hello', formatting: 'HTML' },
      'POST /feed of Page: formatting=HTML',
    ],
    [
      'a word for a number',
      { message: 'Hello', height: 'tall' },
      'POST /feed of Page: height=tall',
    ],
    [
      'a field that does not exist',
      { message: 'Hello', fields: 'shoe_size' },
      'has no field shoe_size',
    ],
  ])('%s', (_what, form: Record<string, string>, words) => {
    expect([...checkMeta([feed(form)]).violations].join('\n')).toContain(words)
  })

  test('an edge that an object does not have', () => {
    const one = feed({})
    const violations = checkMeta([{ ...one, path: one.path.replace('/feed', '/feeds') }]).violations
    expect([...violations]).toEqual(['POST /feeds of Page is not in the spec'])
  })

  test('a field that the sandbox invented', () => {
    const read = product.recorded.find(
      ({ method, path }) => method === 'GET' && path.endsWith('/me/accounts'),
    )!
    const answer = { status: 200, json: { data: [{ id: '1', shoe_size: 42 }] } }
    expect([...checkMeta([{ ...read, answer }]).violations].join()).toContain(
      'Page has no field shoe_size',
    )
  })

  test('for TikTok: an option that does not exist, a text one UTF-16 unit too long, or a path without its slash', () => {
    const init = product.recorded.find(({ path }) => path === '/v2/post/publish/video/init/')!
    const body = init.json as { post_info: object }
    const changed = (info: object) => ({
      ...init,
      json: { ...body, post_info: { ...body.post_info, ...info } },
    })
    expect(checkTiktok([changed({ privacy_level: 'FRIENDS' })]).violations.size).toBe(1)
    expect(checkTiktok([changed({ title: '🎶'.repeat(1_100) })]).violations.size).toBe(0)
    expect(checkTiktok([changed({ title: `${'🎶'.repeat(1_100)}!` })]).violations.size).toBe(1)
    expect(checkTiktok([changed({ location: 'Lisbon' })]).violations.size).toBe(1)
    expect(checkTiktok([{ ...init, path: '/v2/post/publish/video/init' }]).violations.size).toBe(1)
  })
})
