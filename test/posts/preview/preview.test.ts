import { describe, expect, it } from 'vitest'
import { createPlatforms } from '../../../platforms/index.ts'
import { previewOf } from '../../../web/posts/preview/preview.ts'
import type { PreviewMedia } from '../../../web/posts/preview/slides.ts'
import { photoTiles } from '../../../web/posts/preview/tiles.ts'
import { writtenDate } from '../../../web/posts/preview/written-date.ts'
import { testConfig } from '../../support/config.ts'

const { platforms } = createPlatforms(testConfig())
const media = (more: Partial<PreviewMedia> = {}): PreviewMedia => ({
  ...{ id: 'm1', kind: 'image', width: 1000, height: 500, durationMs: null, conversion: null },
  ...{ thumbnailKey: 'there', purgedAt: null, altText: '', edits: null },
  ...more,
})
const film = (more: Partial<PreviewMedia> = {}) =>
  media({ id: 'f1', kind: 'video', width: 720, height: 1280, durationMs: 9_000, ...more })

const preview = (name: string, draft: object, files: PreviewMedia[] = []) => {
  const platform = platforms.get(name)
  if (!platform) throw new Error(`there is no platform ${name}`)
  return previewOf({
    id: 'one',
    platform,
    account: { name: 'Northside Records', handle: 'northsiderecords', avatar: '/avatar' },
    draft: { kind: '', text: '', link: null, settings: {}, ...draft },
    media: files,
    at: new Date('2026-12-06T17:00:00Z'),
    now: Date.parse('2026-12-03T13:02:00Z'),
    zone: 'Europe/Zurich',
    fileAddress: (id, what) => `/${what}/${id}`,
  })
}

describe('a preview', () => {
  it('exists for every kind of every platform', () => {
    for (const { name, kinds } of platforms.values())
      for (const kind of kinds)
        expect(preview(name, { kind: kind.name }, [media()]).frame).toBe(kind.preview.frame)
  })

  it('is framed by the first file after its crop, within the ratios of the platform', () => {
    const square = { crop: { x: 0, y: 0, width: 0.5, height: 1 } }
    const shape = (name: string, kind: string, file: PreviewMedia) =>
      preview(name, { kind }, [file, media()]).shape
    expect(shape('instagram', 'carousel', media())).toEqual({ width: 1000, height: 524 })
    expect(shape('instagram', 'carousel', media({ edits: square }))).toEqual({
      width: 1000,
      height: 1000,
    })
    expect(shape('instagram', 'carousel', media({ edits: { rotate: 90 } }))).toEqual({
      width: 1000,
      height: 1250,
    })
    expect(shape('facebook', 'photo', media())).toEqual({ width: 1000, height: 500 })
    expect(shape('instagram', 'reel', film())).toEqual({ width: 1000, height: 1778 })
  })

  it('plays the part of the video that is kept, and begins with its cover', () => {
    const trimmed = film({ edits: { trim: { startMs: 1_200, endMs: 5_000 } } })
    const slide = (file: PreviewMedia, settings = {}) =>
      preview('instagram', { kind: 'reel', settings }, [file]).slides[0]
    expect(slide(film())).toMatchObject({ video: '/file/f1', startSecond: null })
    expect(slide(trimmed)).toMatchObject({ video: '/file/f1#t=1.2,5', startSecond: 1.2 })
    expect(slide(trimmed, { cover_second: '1.5' })).toMatchObject({
      video: '/file/f1#t=2.7,5',
      startSecond: 1.2,
    })
    expect(slide(film({ conversion: 'waiting' }))).toMatchObject({
      video: null,
      picture: '/medium/f1',
    })
    expect(slide(film({ purgedAt: new Date() }))).toMatchObject({ video: null, picture: null })
  })

  it('takes a picture beside a video as its cover where the platform does', () => {
    const reel = preview('facebook', { kind: 'reel' }, [film(), media()])
    expect([reel.slides.map(({ id }) => id), reel.cover?.id]).toEqual([['f1'], 'm1'])
    const carousel = preview('instagram', { kind: 'carousel' }, [film(), media()])
    expect([carousel.slides.length, carousel.cover]).toEqual([2, null])
  })

  it('names collaborators, the title and the labels, as far as the kind has them', () => {
    const names = (collaborators: string) =>
      preview('instagram', { kind: 'image', settings: { collaborators } }).others
    expect([names('@a'), names('@a, @b')]).toEqual([
      { names: 'a', count: 1 },
      { names: null, count: 2 },
    ])
    const settings = { photo_title: 'Five', your_brand: true, branded_content: true }
    expect(preview('tiktok', { kind: 'photos', settings }).details).toMatchObject({
      title: 'Five',
      labels: ['Paid partnership'],
    })
    expect(
      preview('tiktok', { kind: 'video', text: 'Lost', settings: { inbox: true } }).text,
    ).toBeNull()
    expect(preview('instagram', { kind: 'story', text: 'None' }).text).toBeNull()
  })

  it('has a card only for a link that is an address', () => {
    const link = (link: string) => preview('facebook', { kind: 'link', link }).link
    expect(link('https://www.northside.example/a')).toEqual({
      host: 'northside.example',
      address: 'https://www.northside.example/a',
    })
    for (const odd of ['northside', 'javascript:alert(1)', 'data:text/html,x', ''])
      expect([odd, link(odd)]).toEqual([odd, null])
  })
})

describe('several photos', () => {
  it.each([
    [2, 1.5, '2-wide', 0],
    [3, 0.8, '3-tall', 0],
    [4, 1, '4-square', 0],
    [5, 1, '5-wide', 0],
    [7, 0.8, '5-tall', 2],
    [35, 1.8, '5-wide', 30],
  ])('%d, the first of ratio %d: %s', (count, ratio, layout, more) => {
    expect(photoTiles(count, ratio)).toMatchObject({ layout, more })
  })
})

describe('a date', () => {
  it('is written as the platform does, in the zone of the workspace', () => {
    const now = Date.parse('2026-12-03T13:02:00Z')
    const write = (iso: string) =>
      (['month-day', 'day-at-time', 'month-day-number'] as const).map((style) =>
        writtenDate(style, new Date(iso), 'Europe/Zurich', now),
      )
    expect(write('2026-12-06T23:30:00Z')).toEqual(['December 7', 'Dec 7 at 12:30 AM', '12-7'])
    expect(write('2027-01-02T08:05:00Z')).toEqual([
      'January 2, 2027',
      'Jan 2, 2027 at 9:05 AM',
      '2027-1-2',
    ])
  })
})
