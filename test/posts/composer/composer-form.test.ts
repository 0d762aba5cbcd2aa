import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { addMedia, connectAll, type PlatformName } from '../../support/posts.ts'

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

const file = (facts: Parameters<typeof addMedia>[3] = {}) =>
  addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, facts)
const compose = (fields: [string, string][], path = base) =>
  test.cast.manager.post(path, new URLSearchParams(fields))

const inForm = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`name="${name}"[^>]*value="([^"]*)"`, 'g'))].map(
    (match) => match[1] ?? '',
  )

describe('what is offered', () => {
  it('every connected account, none of them preselected', async () => {
    const page = await test.cast.manager.get(`${base}/new`)
    expect(page.text.match(/name="channel"/g)).toHaveLength(3)
    expect(page.text).not.toMatch(/name="channel"[^>]*checked/)
  })

  it('kinds and fields as accounts are ticked, with TikTok visibility never preselected: promise D7', async () => {
    const part = await compose([['channel', channels.tiktok]], `${base}/check`)
    expect(part.status).toBe(200)
    expect(part.text).toMatch(/^\s*<form id="composer"/)
    expect(part.text).toContain('Posting to Northside Records (@northside.records)')
    expect(part.text).toContain('<option value="">Select</option>')
    expect(part.text).not.toMatch(/<option value="(PUBLIC|MUTUAL|SELF)[A-Z_]*" selected/)
    expect(part.text).not.toMatch(new RegExp(`name="${channels.tiktok}[^"]*"[^>]*checked`))
  })

  it('the kind that fits the files, until a person chooses another', async () => {
    const media = await file({ kind: 'video' })
    const part = await compose(
      [
        ['channel', channels.instagram],
        ['media', media],
      ],
      `${base}/check`,
    )
    expect(part.text).toContain('<option value="">Reel</option>')
    const chosen = await compose(
      [
        ['channel', channels.instagram],
        ['media', media],
        [`kind.${channels.instagram}`, 'story'],
      ],
      `${base}/check`,
    )
    expect(chosen.text).toContain('<option value="story" selected>')
  })

  it('counters for the text of each platform, its own where it has one', async () => {
    const part = await compose(
      [
        ['text', '12345'],
        ['variant.instagram', '🎛️🎚️'],
        ['channel', channels.facebook],
        ['channel', channels.instagram],
      ],
      `${base}/check`,
    )
    expect(part.text).toMatch(/data-left="63201" data-name="Facebook"/)
    expect(part.text).toMatch(/data-left="2196" data-name="Instagram"/)
  })

  it('no files of another workspace', async () => {
    const foreign = await addMedia(test.deps, test.workspaces.elsewhere, test.cast.outsider.id)
    const part = await compose([['media', foreign]], `${base}/check`)
    expect(inForm(part.text, 'media')).toEqual([])
  })
})

describe('order and alt texts without scripts', () => {
  it('buttons move a file forward, back, or out of the post', async () => {
    const [a, b, c] = [await file(), await file(), await file()]
    const given: [string, string][] = [
      ['media', a],
      ['media', b],
      ['media', c],
      [`alt.${b}`, 'the sleeve'],
    ]
    const forward = await compose([...given, ['act', `up:${c}`]])
    expect(inForm(forward.text, 'media')).toEqual([a, c, b])
    expect(forward.text).toContain(`name="alt.${b}" value="the sleeve"`)
    expect(inForm((await compose([...given, ['act', `down:${a}`]])).text, 'media')).toEqual([
      b,
      a,
      c,
    ])
    expect(inForm((await compose([...given, ['act', `remove:${b}`]])).text, 'media')).toEqual([
      a,
      c,
    ])
  })

  it('typed numbers set the order, and files ticked in the picker are added at the end', async () => {
    const [a, b, c] = [await file(), await file(), await file()]
    const answer = await compose([
      ['media', a],
      ['media', b],
      [`position.${a}`, '2'],
      [`position.${b}`, '1'],
      ['add', c],
      ['act', 'check'],
    ])
    expect(inForm(answer.text, 'media')).toEqual([b, a, c])
  })
})
