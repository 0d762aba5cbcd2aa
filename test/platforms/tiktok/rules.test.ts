import { describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { DraftForChannel } from '../../../platforms/platform.ts'
import { consentWords, readChoices } from '../../../platforms/tiktok/choices.ts'
import { createTiktok } from '../../../platforms/tiktok/index.ts'
import { chosen, photo, video } from './script.ts'

const tiktok = createTiktok({ clientKey: 'k', clientSecret: 's' })
const creator: JsonRecord = {
  nickname: 'Crate Demo',
  username: 'crate.demo',
  privacyOptions: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
  commentDisabled: false,
  duetDisabled: false,
  stitchDisabled: true,
  maxDurationSec: 180,
  blocked: null,
}

const draft = (over: Partial<DraftForChannel>, settings: JsonRecord = {}): DraftForChannel => ({
  kind: 'video',
  text: 'New crate #vinyl',
  link: null,
  media: [video(4_194_304)],
  accountFacts: creator,
  ...over,
  settings: { ...chosen, ...settings },
})
const rules = (over: Partial<DraftForChannel>, settings: JsonRecord = {}) =>
  tiktok.check(draft(over, settings)).map((fault) => fault.rule)

describe('text', () => {
  test('a valid video and valid photos have no errors', () => {
    expect(rules({})).toEqual([])
    expect(
      rules({
        kind: 'photos',
        media: [photo('1.jpg'), { ...photo('2.webp'), contentType: 'image/webp' }],
      }),
    ).toEqual([])
  })
  test('a caption counts UTF-16 units: 2200 pass, an emoji counts as two', () => {
    expect(rules({ text: 'a'.repeat(2200) })).toEqual([])
    expect(rules({ text: `${'a'.repeat(2199)}💿` })).toEqual(['text_length'])
  })
  test('photos allow 4000 units and a title of 90', () => {
    const photos = { kind: 'photos', media: [photo('1.jpg')] }
    expect(rules({ ...photos, text: 'a'.repeat(4000) }, { photo_title: 't'.repeat(90) })).toEqual(
      [],
    )
    expect(rules({ ...photos, text: 'a'.repeat(4001) }, { photo_title: 't'.repeat(91) })).toEqual([
      'text_length',
      'title_length',
    ])
  })
  test('a link is refused, not silently dropped', () => {
    expect(rules({ link: 'https://crate.example' })).toEqual(['no_link'])
  })
})

describe('media', () => {
  test.each([
    ['no video', [], ['one_video']],
    ['two videos', [video(1), video(1)], ['one_video']],
    ['a photo as a video', [photo('1.jpg')], ['one_video']],
    ['AVI', [{ ...video(9), contentType: 'video/x-msvideo' }], ['video_format']],
    ['AV1', [{ ...video(9), videoCodec: 'av1' }], ['video_codec']],
    ['10 fps', [{ ...video(9), fps: 10 }], ['frame_rate']],
    ['23.976 fps', [{ ...video(9), fps: 23.976 }], []],
    ['120 fps', [{ ...video(9), fps: 120 }], ['frame_rate']],
    ['too narrow', [{ ...video(9), width: 320 }], ['video_size']],
    ['too large', [{ ...video(9), height: 4320 }], ['video_size']],
    ['exactly the longest', [{ ...video(9), durationMs: 180_000 }], []],
    ['longer than the creator may', [{ ...video(9), durationMs: 180_001 }], ['duration']],
    ['over 4 GB', [video(4_000_000_001)], ['video_bytes']],
  ])('video: %s', (_name, media, expected) => {
    expect(rules({ media })).toEqual(expected)
  })
  test.each([
    ['none', [], ['photo_count']],
    ['PNG', [{ ...photo('1'), contentType: 'image/png' }], ['image_format']],
    ['over 20 MB', [{ ...photo('1'), sizeBytes: 20_000_001 }], ['image_bytes']],
    ['a little above 1080p is left to TikTok', [{ ...photo('1'), width: 2048 }], []],
    ['far above 1080p', [{ ...photo('1'), width: 5000 }], ['image_size']],
    ['a video among them', [photo('1'), video(9)], ['photos_only']],
    ['36 photos', Array.from({ length: 36 }, () => photo('1')), ['photo_count']],
  ])('photos: %s', (_name, media, expected) => {
    expect(rules({ kind: 'photos', media })).toEqual(expected)
  })
  test('an error names the item', () => {
    const media = [photo('1'), { ...photo('2'), contentType: 'image/png' }]
    expect(tiktok.check(draft({ kind: 'photos', media }))[0]).toMatchObject({
      field: 'media',
      item: 2,
    })
  })
  test('the suggested kind depends on the media', () => {
    const suggest = (media: DraftForChannel['media']) =>
      tiktok.suggestKind({ text: '', link: null, media })
    expect([suggest([video(1)]), suggest([photo('1')]), suggest([])]).toEqual([
      'video',
      'photos',
      'video',
    ])
  })
})

describe('promise D7: TikTok’s rules for choices', () => {
  test('visibility has no default and must be one that is offered', () => {
    expect(rules({}, { privacy_level: '' })).toEqual(['privacy_missing'])
    expect(rules({}, { privacy_level: 'FOLLOWER_OF_CREATOR' })).toEqual(['privacy_not_offered'])
  })
  test('what the creator turned off cannot be allowed; photos have neither duet nor stitch', () => {
    expect(rules({}, { allow_stitch: true, allow_duet: true })).toEqual(['stitch_off'])
    expect(rules({ accountFacts: { ...creator, commentDisabled: true } })).toEqual(['comment_off'])
    expect(rules({ kind: 'photos', media: [photo('1')] }, { allow_stitch: true })).toEqual([])
  })
  test('a disclosure without a choice is refused with TikTok’s required wording', () => {
    const fault = tiktok.check(draft({}, { disclose: true }))[0]
    expect(fault).toMatchObject({ setting: 'disclose' })
    expect(fault?.words).toBe(
      'You need to indicate if your content promotes yourself, a third party, or both.',
    )
  })
  test('branded content is never private or for followers only', () => {
    const branded = { disclose: true, branded_content: true }
    expect(rules({}, branded)).toEqual([])
    expect(rules({}, { ...branded, privacy_level: 'MUTUAL_FOLLOW_FRIENDS' })).toEqual([])
    expect(rules({}, { ...branded, privacy_level: 'SELF_ONLY' })).toEqual(['branded_private'])
    expect(
      rules({ accountFacts: null }, { ...branded, privacy_level: 'FOLLOWER_OF_CREATOR' }),
    ).toEqual(['branded_followers'])
  })
  test('nothing is accepted without consent', () => {
    expect(rules({}, { consent_at: '' })).toEqual(['consent_missing'])
  })
  test('an account that cannot post right now stops the post', () => {
    const faults = tiktok.check(draft({ accountFacts: { blocked: 'Not now.' } }))
    expect(faults).toEqual([
      { rule: 'account_blocked', field: 'settings', setting: 'privacy_level', words: 'Not now.' },
    ])
  })
  test('the cover is within the video or one of the photos', () => {
    expect(rules({}, { cover_second: '1.5' })).toEqual([])
    expect(rules({}, { cover_second: '22' })).toEqual(['cover_second'])
    expect(rules({}, { cover_second: 'soon' })).toEqual(['cover_second'])
    const photos = { kind: 'photos', media: [photo('1'), photo('2')] }
    expect(rules(photos, { cover_photo: '2' })).toEqual([])
    expect(rules(photos, { cover_photo: '3' })).toEqual(['cover_photo'])
    expect(rules(photos, { cover_photo: '0' })).toEqual(['cover_photo'])
  })
})

describe('reading the form', () => {
  const at = Date.UTC(2026, 10, 23, 9)
  test('an empty form turns nothing on and agrees to nothing', () => {
    const settings = readChoices('video', {}, at)
    expect(Object.values(settings).filter((value) => value !== false && value !== '')).toEqual([])
  })
  test('consent keeps its time and exact wording', () => {
    expect(readChoices('video', { consent: 'on' }, at)).toMatchObject({
      consent_at: '2026-11-23T09:00:00.000Z',
      consent_text: consentWords.plain,
    })
    const branded = { consent: 'on', disclose: 'on', branded_content: 'on' }
    expect(readChoices('video', branded, at)).toMatchObject({ consent_text: consentWords.branded })
  })
  test('a choice hidden behind a switched-off disclosure does not count', () => {
    const settings = readChoices('photos', { your_brand: 'on', branded_content: 'on' }, at)
    expect(settings).toMatchObject({ disclose: false, your_brand: false, branded_content: false })
  })
  test('stored settings read as fields give the same settings, but consent must be given again', () => {
    const settings = readChoices(
      'video',
      { privacy_level: 'SELF_ONLY', allow_duet: 'on', cover_second: '1.5', consent: 'on' },
      at,
    )
    const fields = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, String(value)]),
    )
    expect(readChoices('video', fields, at)).toEqual({
      ...settings,
      consent_at: '',
      consent_text: '',
    })
  })
})
