import { describe, expect, it } from 'vitest'
import {
  countCharacters,
  countHashtags,
  countMentions,
  normalizeText,
} from '../../../platforms/graph/text.ts'
import { createInstagram } from '../../../platforms/instagram/index.ts'
import type { DraftForChannel, MediaFacts, VideoEncoding } from '../../../platforms/platform.ts'
import { mediaOf, settingsFor, videoOf } from '../graph/server.ts'

const instagram = createInstagram(settingsFor('https://graph.example'))
const draftOf = (part: Partial<DraftForChannel>): DraftForChannel => ({
  kind: 'image',
  text: 'Hello',
  link: null,
  media: [mediaOf()],
  settings: {},
  accountFacts: null,
  ...part,
})
const rulesOf = (part: Partial<DraftForChannel>) =>
  instagram.check(draftOf(part)).map((fault) => fault.rule)
const imageOf = (width: number, height: number, part: Partial<MediaFacts> = {}) =>
  mediaOf({ width, height, ...part })
const reelOf = (part: Partial<MediaFacts> = {}) => videoOf({ sizeBytes: 5_000_000, ...part })
const tags = (count: number) =>
  Array.from({ length: count }, (_, index) => `#tag${index}`).join(' ')
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `@name${index}`).join(' ')

/** How a video is encoded that Meta takes, except for what is given. */
const encoded = (part: Partial<VideoEncoding> = {}): { encoding: VideoEncoding } => ({
  encoding: {
    kilobits: 8_000,
    pixelFormat: 'yuv420p',
    isInterlaced: false,
    audioRate: 48_000,
    audioChannels: 2,
    ...part,
  },
})

describe('what Instagram accepts', () => {
  it.each<[string, Partial<DraftForChannel>]>([
    ['a square picture without text', { text: '' }],
    ['a picture of 4:5', { media: [imageOf(1080, 1350)] }],
    ['a picture of 1.91:1', { media: [imageOf(1080, 566)] }],
    ['2,200 characters', { text: 'é'.repeat(2_200) }],
    ['30 hashtags and 20 mentions', { text: `${tags(30)} ${names(20)}` }],
    [
      'a carousel of 10, pictures and videos',
      { kind: 'carousel', media: [reelOf(), ...Array.from({ length: 9 }, () => mediaOf())] },
    ],
    [
      'a carousel whose items differ in shape',
      { kind: 'carousel', media: [imageOf(1080, 1350), imageOf(1080, 1080)] },
    ],
    [
      'a reel of 15 minutes, wide',
      { kind: 'reel', media: [reelOf({ width: 1920, height: 1080, durationMs: 900_000 })] },
    ],
    [
      'a reel as MOV at 23.976 frames',
      { kind: 'reel', media: [reelOf({ contentType: 'video/quicktime', fps: 23.976 })] },
    ],
    ['a story picture of 9:16', { kind: 'story', text: '', media: [imageOf(1080, 1920)] }],
    [
      'a story video of a minute',
      { kind: 'story', text: '', media: [reelOf({ durationMs: 60_000 })] },
    ],
  ])('is %s', (_, draft) => {
    expect(rulesOf(draft)).toEqual([])
  })
})

describe('what Instagram refuses', () => {
  it.each<[string, Partial<DraftForChannel>, string]>([
    ['an unknown kind', { kind: 'video' }, 'kind'],
    ['a text alone', { media: [] }, 'media_count'],
    ['two pictures as one', { media: [mediaOf(), mediaOf()] }, 'media_count'],
    ['a video as a picture', { media: [reelOf()] }, 'media_count'],
    ['a picture as a reel', { kind: 'reel' }, 'media_count'],
    ['a carousel of one', { kind: 'carousel' }, 'media_count'],
    [
      'a carousel of eleven',
      { kind: 'carousel', media: Array.from({ length: 11 }, () => mediaOf()) },
      'media_count',
    ],
    ['a link', { link: 'https://crate.example' }, 'link'],
    ['2,201 characters', { text: 'a'.repeat(2_201) }, 'caption_length'],
    ['31 hashtags', { text: tags(31) }, 'hashtags'],
    ['21 mentions', { text: names(21) }, 'mentions'],
    ['a PNG', { media: [mediaOf({ contentType: 'image/png' })] }, 'image_type'],
    [
      'a picture above 8 MiB',
      { media: [mediaOf({ sizeBytes: 8 * 1024 * 1024 + 1 })] },
      'image_size',
    ],
    ['a long description', { media: [mediaOf({ altText: 'a'.repeat(1_001) })] }, 'alt_text'],
    ['a story with text', { kind: 'story' }, 'story_text'],
    [
      'a story above a minute',
      { kind: 'story', text: '', media: [reelOf({ durationMs: 60_001 })] },
      'video_duration',
    ],
    [
      'a story above 100 MB',
      { kind: 'story', text: '', media: [reelOf({ sizeBytes: 100_000_001 })] },
      'video_size',
    ],
    [
      'a carousel video above a minute',
      { kind: 'carousel', media: [mediaOf(), reelOf({ durationMs: 60_001 })] },
      'video_duration',
    ],
    [
      'a reel below 3 s',
      { kind: 'reel', media: [reelOf({ durationMs: 2_900 })] },
      'video_duration',
    ],
    [
      'a reel above 15 minutes',
      { kind: 'reel', media: [reelOf({ durationMs: 900_001 })] },
      'video_duration',
    ],
    [
      'a reel above 300 MB',
      { kind: 'reel', media: [reelOf({ sizeBytes: 300_000_001 })] },
      'video_size',
    ],
    [
      'a reel of 4K',
      { kind: 'reel', media: [reelOf({ width: 2160, height: 3840 })] },
      'video_columns',
    ],
    [
      'a reel of a strange shape',
      { kind: 'reel', media: [reelOf({ width: 1920, height: 100 })] },
      'video_ratio',
    ],
    ['a reel of 15 frames', { kind: 'reel', media: [reelOf({ fps: 15 })] }, 'video_fps'],
    ['a reel of VP9', { kind: 'reel', media: [reelOf({ videoCodec: 'vp9' })] }, 'video_codec'],
    [
      'a reel with Opus sound',
      { kind: 'reel', media: [reelOf({ audioCodec: 'opus' })] },
      'video_audio',
    ],
    [
      'a reel of 26 Mbit/s',
      { kind: 'reel', media: [reelOf(encoded({ kilobits: 26_000 }))] },
      'video_bit_rate',
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
    ['a WebM', { kind: 'reel', media: [reelOf({ contentType: 'video/webm' })] }, 'video_type'],
  ])('is %s', (_, draft, rule) => {
    expect(rulesOf(draft)).toEqual([rule])
  })

  it('is no shape of a picture: a single one outside Instagram’s ratios gets bars, and the composer says so', () => {
    for (const [width, height, where] of [
      [1080, 560, 'above and below'],
      [1080, 1360, 'on the left and right'],
    ] as const) {
      const draft = draftOf({ media: [imageOf(width, height)] })
      expect(instagram.check(draft)).toEqual([])
      expect(instagram.noteOnMedia?.(draft)).toContain(`white bars ${where}`)
    }
    expect(instagram.noteOnMedia?.(draftOf({ media: [imageOf(1080, 1350)] }))).toBeNull()
    const carousel = draftOf({ kind: 'carousel', media: [imageOf(1080, 1440), imageOf(2000, 500)] })
    expect([instagram.check(carousel), instagram.noteOnMedia?.(carousel)]).toEqual([[], null])
  })

  it('is explained with the item and what to do', () => {
    const large = mediaOf({ sizeBytes: 8 * 1024 * 1024 + 1 })
    const faults = instagram.check(draftOf({ kind: 'carousel', media: [mediaOf(), large] }))
    expect(faults).toEqual([
      {
        rule: 'image_size',
        field: 'media',
        item: 2,
        words: 'Instagram: picture 2 is larger than 8 MB. Upload a smaller one.',
      },
    ])
  })
})

describe('counting', () => {
  it('treats characters, hashtags and mentions as Instagram does', () => {
    expect(countCharacters('a🙂é')).toBe(3)
    expect(countHashtags('#Käse #brot! a#b ## #2026')).toBe(4)
    expect(countMentions('@ann, @bob.b (@cy) mail ann@crate.example @')).toBe(3)
  })

  it('ignores differences in texts that Meta removes', () => {
    expect(normalizeText(' a\r\n\tb  c ')).toBe('a b c')
    expect(normalizeText('Ko\u0308ln')).toBe(normalizeText('Köln'))
  })
})

describe('the suggested kind', () => {
  it('depends on the media', () => {
    expect(instagram.suggestKind({ text: '', link: null, media: [] })).toBe('image')
    expect(instagram.suggestKind({ text: '', link: null, media: [reelOf()] })).toBe('reel')
    expect(instagram.suggestKind({ text: '', link: null, media: [mediaOf(), reelOf()] })).toBe(
      'carousel',
    )
  })
})

describe('what a person adds to a post', () => {
  const id = '01a22acd-1468-754d-ac79-2344565ec033'
  const rulesWith = (kind: string, fields: Record<string, string>, media = [mediaOf({ id })]) =>
    rulesOf({ kind, media, settings: instagram.readSettings(kind, fields) })

  it.each<[string, string, Record<string, string>, string[]]>([
    ['three collaborators', 'image', { collaborators: '@a, b; c' }, []],
    ['a fourth collaborator', 'image', { collaborators: 'a b c d' }, ['collaborators']],
    [
      'a collaborator who is no username',
      'image',
      { collaborators: 'a, b/c' },
      ['collaborator_name'],
    ],
    ['tags with and without a place', 'image', { [`tags_${id}`]: '@a 30 60, b' }, []],
    ['half a place', 'image', { [`tags_${id}`]: 'a 30' }, ['tag_place']],
    ['a place outside of the picture', 'image', { [`tags_${id}`]: 'a 30 101' }, ['tag_place']],
    [
      '21 tags',
      'image',
      { [`tags_${id}`]: Array.from({ length: 21 }, (_, index) => `a${index}`).join() },
      ['tags'],
    ],
    ['a location by its name', 'image', { location_id: 'Zurich' }, ['location']],
    [
      'a first comment of 2,201 characters',
      'image',
      { first_comment: 'é'.repeat(2_201) },
      ['comment_length'],
    ],
    [
      '31 hashtags in the first comment',
      'image',
      { first_comment: tags(31) },
      ['comment_hashtags'],
    ],
  ])('%s', (_, kind, fields, rules) => {
    expect(rulesWith(kind, fields)).toEqual(rules)
  })

  it('a cover is a frame of the video or a separate picture, never both', () => {
    const film = reelOf({ durationMs: 4_000 })
    expect(rulesWith('reel', { cover_second: '3.5' }, [film])).toEqual([])
    expect(rulesWith('reel', { cover_second: '4.5' }, [film])).toEqual(['cover_second'])
    expect(rulesWith('reel', { cover_second: '' }, [film, mediaOf()])).toEqual([])
    expect(rulesWith('reel', { cover_second: '1' }, [film, mediaOf()])).toEqual(['cover_twice'])
  })

  it('a first comment needs the permission, if the connection reports its permissions', () => {
    const settings = { first_comment: 'Hello' }
    expect(rulesOf({ settings, granted: ['instagram_basic'] })).toEqual(['comment_permission'])
    expect(rulesOf({ settings, granted: ['instagram_manage_comments'] })).toEqual([])
    expect(rulesOf({ settings, granted: null })).toEqual([])
  })
})
