import { describe, expect, it } from 'vitest'
import { createFacebook } from '../../../platforms/facebook/index.ts'
import type { DraftForChannel, MediaFacts, VideoEncoding } from '../../../platforms/platform.ts'
import { mediaOf, settingsFor, videoOf } from '../graph/server.ts'

const facebook = createFacebook(settingsFor('https://graph.example'))
const draftOf = (part: Partial<DraftForChannel>): DraftForChannel => ({
  kind: 'text',
  text: 'Hello',
  link: null,
  media: [],
  settings: {},
  accountFacts: null,
  ...part,
})
const rulesOf = (part: Partial<DraftForChannel>) =>
  facebook.check(draftOf(part)).map((fault) => fault.rule)
const reelOf = (part: Partial<MediaFacts> = {}) => videoOf({ sizeBytes: 5_000_000, ...part })

/** How a video is encoded that Meta takes, except for what is given. */
const encoded = (part: Partial<VideoEncoding> = {}): { encoding: VideoEncoding } => ({
  encoding: {
    kilobits: 8_000,
    pixelFormat: 'yuv420p',
    isInterlaced: false,
    audioRate: 48_000,
    audioChannels: 2,
    keyFrames: { shortestMs: 2_000, longestMs: 2_000 },
    ...part,
  },
})

describe('what Facebook accepts', () => {
  it.each<[string, Partial<DraftForChannel>]>([
    ['a text', {}],
    ['the longest text, emoji counted once', { text: '🙂'.repeat(63_206) }],
    ['a link without text', { kind: 'link', text: '', link: 'https://crate.example/a?b=c' }],
    ['one photo without text', { kind: 'photo', text: '', media: [mediaOf()] }],
    ['ten photos', { kind: 'photos', media: Array.from({ length: 10 }, () => mediaOf()) }],
    [
      'a wide video of 20 minutes',
      { kind: 'video', media: [reelOf({ width: 1920, height: 1080, durationMs: 1_200_000 })] },
    ],
    ['a reel', { kind: 'reel', media: [reelOf()] }],
    ['a reel of 60 Mbit/s', { kind: 'reel', media: [reelOf(encoded({ kilobits: 60_000 }))] }],
    [
      'a reel with one key frame, of 4 seconds',
      {
        kind: 'reel',
        media: [reelOf(encoded({ keyFrames: { shortestMs: null, longestMs: 4_000 } }))],
      },
    ],
    [
      'a reel of 608 x 1080 at 59.94 frames',
      { kind: 'reel', media: [reelOf({ width: 608, height: 1080, fps: 59.94 })] },
    ],
    [
      'a reel of which little is known',
      {
        kind: 'reel',
        media: [reelOf({ fps: null, videoCodec: null, audioCodec: null, durationMs: null })],
      },
    ],
  ])('is %s', (_, draft) => {
    expect(rulesOf(draft)).toEqual([])
  })
})

describe('what Facebook refuses', () => {
  it.each<[string, Partial<DraftForChannel>, string]>([
    ['an unknown kind', { kind: 'poll' }, 'kind'],
    ['an empty text', { text: ' \n' }, 'text_missing'],
    ['a text that is too long', { text: 'a'.repeat(63_207) }, 'text_length'],
    ['a text post with a picture', { media: [mediaOf()] }, 'media_exclusive'],
    ['a link post without a link', { kind: 'link' }, 'link_missing'],
    ['a link that is no address', { kind: 'link', link: 'crate.example' }, 'link_address'],
    ['a link of another scheme', { kind: 'link', link: 'javascript:alert(1)' }, 'link_address'],
    [
      'photos with a link',
      { kind: 'photo', link: 'https://crate.example', media: [mediaOf()] },
      'link_exclusive',
    ],
    ['a photo post without a photo', { kind: 'photo' }, 'media_count'],
    [
      'eleven photos',
      { kind: 'photos', media: Array.from({ length: 11 }, () => mediaOf()) },
      'media_count',
    ],
    ['a video among photos', { kind: 'photos', media: [mediaOf(), videoOf()] }, 'media_kind'],
    [
      'a photo of another format',
      { kind: 'photo', media: [mediaOf({ contentType: 'image/webp' })] },
      'photo_type',
    ],
    [
      'a photo above 10 MB',
      { kind: 'photo', media: [mediaOf({ sizeBytes: 10_000_001 })] },
      'photo_size',
    ],
    ['two videos', { kind: 'video', media: [reelOf(), reelOf()] }, 'media_count'],
    [
      'a video above 1 GB',
      { kind: 'video', media: [reelOf({ sizeBytes: 1_000_000_001 })] },
      'video_size',
    ],
    ['a video below 1 KB', { kind: 'video', media: [reelOf({ sizeBytes: 1_000 })] }, 'video_size'],
    [
      'a video above 20 minutes',
      { kind: 'video', media: [reelOf({ durationMs: 1_200_001 })] },
      'video_duration',
    ],
    [
      'a reel that is neither MP4 nor MOV',
      { kind: 'reel', media: [reelOf({ contentType: 'video/webm' })] },
      'reel_type',
    ],
    ['a reel below 3 s', { kind: 'reel', media: [reelOf({ durationMs: 2_999 })] }, 'reel_duration'],
    [
      'a reel above 90 s',
      { kind: 'reel', media: [reelOf({ durationMs: 90_001 })] },
      'reel_duration',
    ],
    [
      'a reel that is not 9:16',
      { kind: 'reel', media: [reelOf({ width: 1080, height: 1350 })] },
      'reel_ratio',
    ],
    ['a small reel', { kind: 'reel', media: [reelOf({ width: 360, height: 640 })] }, 'reel_pixels'],
    ['a reel of 15 frames', { kind: 'reel', media: [reelOf({ fps: 15 })] }, 'reel_fps'],
    [
      'a reel of another codec',
      { kind: 'reel', media: [reelOf({ videoCodec: 'vp8' })] },
      'reel_codec',
    ],
    [
      'a reel with MP3 sound',
      { kind: 'reel', media: [reelOf({ audioCodec: 'mp3' })] },
      'reel_audio',
    ],
    [
      'a reel of 10 bits',
      { kind: 'reel', media: [reelOf(encoded({ pixelFormat: 'yuv420p10le' }))] },
      'video_colors',
    ],
    [
      'an interlaced reel',
      { kind: 'reel', media: [reelOf(encoded({ isInterlaced: true }))] },
      'video_interlaced',
    ],
    ...[
      { shortestMs: 1_000, longestMs: 2_000 },
      { shortestMs: null, longestMs: 8_300 },
    ].map((keyFrames): [string, Partial<DraftForChannel>, string] => [
      `a reel with key frames ${keyFrames.longestMs} ms apart`,
      { kind: 'reel', media: [reelOf(encoded({ keyFrames }))] },
      'reel_key_frames',
    ]),
    [
      'a reel with sound of 96 kHz',
      { kind: 'reel', media: [reelOf(encoded({ audioRate: 96_000 }))] },
      'video_audio',
    ],
    [
      'a reel with six channels of sound',
      { kind: 'reel', media: [reelOf(encoded({ audioChannels: 6 }))] },
      'video_audio',
    ],
  ])('is %s', (_, draft, rule) => {
    expect(rulesOf(draft)).toEqual([rule])
  })

  it('is explained with the item and what to do', () => {
    const [photo] = facebook.check(
      draftOf({ kind: 'photos', media: [mediaOf(), mediaOf({ sizeBytes: 10_000_001 })] }),
    )
    expect(photo).toEqual({
      rule: 'photo_size',
      field: 'media',
      item: 2,
      words: 'Facebook: picture 2 is larger than 10 MB. Upload a smaller one.',
    })
    const [text] = facebook.check(draftOf({ text: 'a'.repeat(63_207) }))
    expect(text?.words).toBe('Facebook: the text is 1 character too long. The limit is 63,206.')
  })
})

describe('the suggested kind', () => {
  const suggest = (link: string | null, ...media: MediaFacts[]) =>
    facebook.suggestKind({ text: '', link, media })

  it('depends on the link and the media', () => {
    expect(suggest(null)).toBe('text')
    expect(suggest('https://crate.example')).toBe('link')
    expect(suggest(null, mediaOf())).toBe('photo')
    expect(suggest(null, mediaOf(), mediaOf())).toBe('photos')
    expect(suggest(null, reelOf())).toBe('reel')
    expect(suggest(null, reelOf({ durationMs: 120_000 }))).toBe('video')
    expect(suggest(null, reelOf({ width: 1920, height: 1080 }))).toBe('video')
  })

  it('is always one that exists', () => {
    const names = facebook.kinds.map((kind) => kind.name)
    for (const kind of ['text', 'link', 'photo', 'photos', 'video', 'reel'])
      expect(names).toContain(kind)
  })
})
