import type { Edits } from '../../../media/edits.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { PreviewMedia } from '../../../web/posts/preview/slides.ts'

/** A post at one account, as the preview gets it. */
export type Scene = {
  platform: string
  kind: string
  text?: string
  link?: string
  settings?: JsonRecord
  media?: PreviewMedia[]
  /** Whether a person has opened the rest of the text. */
  isOpened?: true
}

/** A file whose picture shows its size: see stage.ts. */
export const file = (
  name: string,
  [width, height]: [number, number],
  edits: Edits | null = null,
): PreviewMedia => ({
  id: `${name}-${width}-${height}`,
  kind: name.startsWith('film') ? 'video' : 'image',
  width,
  height,
  durationMs: name.startsWith('film') ? 6_000 : null,
  conversion: null,
  thumbnailKey: 'there',
  purgedAt: null,
  altText: `Picture ${name}`,
  edits,
})

const tall: [number, number] = [1080, 1350]
const wide: [number, number] = [1600, 900]
const square: [number, number] = [1000, 1000]
const screen: [number, number] = [1080, 1920]

const caption = `Our #crateoftheweek with @amberline.band: five records for the first cold Sunday.

Side A is dub and warm jazz. Side B is one very loud polka. All five are on the listening post until six. First come, first served.

#vinyl #recordstore #zurich #newarrivals`
const opening =
  'Gift cards are here. Buy one at the counter or online, from 20 to 200 francs. Valid for records, coffee and the listening bar. northside.example/gift'

export const scenes: Record<string, Scene> = {
  'instagram-carousel': {
    platform: 'instagram',
    kind: 'carousel',
    text: caption,
    settings: {
      collaborators: '@amberline.band',
      location_id: '106781234',
      first_comment: 'Preorders open Monday at 10, in the shop',
    },
    media: [file('1', tall), file('2', square), file('3', wide), file('4', screen)],
  },
  'instagram-wide-picture': {
    platform: 'instagram',
    kind: 'image',
    text: 'The wall, from one end to the other',
    media: [file('1', [2400, 900])],
  },
  'instagram-edited-picture': {
    platform: 'instagram',
    kind: 'image',
    text: 'Turned and cropped',
    media: [file('1', wide, { rotate: 90, crop: { x: 0.1, y: 0.3, width: 0.8, height: 0.5 } })],
  },
  'instagram-reel': {
    platform: 'instagram',
    kind: 'reel',
    text: caption,
    media: [file('film', screen)],
  },
  'instagram-story': { platform: 'instagram', kind: 'story', media: [file('1', tall)] },
  'facebook-text': { platform: 'facebook', kind: 'text', text: 'The shop opens at nine today' },
  'facebook-link': {
    platform: 'facebook',
    kind: 'link',
    text: opening,
    link: 'https://www.northside.example/gift',
  },
  'facebook-photo': {
    platform: 'facebook',
    kind: 'photo',
    text: opening,
    settings: { first_comment: 'Hours and directions: https://northside.example/visit' },
    media: [file('1', screen)],
  },
  'facebook-photos-2': {
    platform: 'facebook',
    kind: 'photos',
    media: [file('1', wide), file('2', square)],
  },
  'facebook-photos-3': {
    platform: 'facebook',
    kind: 'photos',
    media: [file('1', tall), file('2', square), file('3', wide)],
  },
  'facebook-photos-4': {
    platform: 'facebook',
    kind: 'photos',
    media: [file('1', wide), file('2', square), file('3', wide), file('4', tall)],
  },
  'facebook-photos-7': {
    platform: 'facebook',
    kind: 'photos',
    media: ['1', '2', '3', '4', '5', '6', '7'].map((name) => file(name, square)),
  },
  'facebook-video': {
    platform: 'facebook',
    kind: 'video',
    text: opening,
    media: [file('film', wide), file('1', wide)],
  },
  'facebook-reel': {
    platform: 'facebook',
    kind: 'reel',
    text: opening,
    media: [file('film', screen)],
  },
  'tiktok-video': {
    platform: 'tiktok',
    kind: 'video',
    text: caption,
    settings: { branded_content: true, is_aigc: true },
    media: [file('film', wide)],
  },
  'tiktok-photos': {
    platform: 'tiktok',
    kind: 'photos',
    text: caption,
    settings: { photo_title: 'Five records for the first cold Sunday' },
    media: [file('1', screen), file('2', tall), file('3', wide)],
  },
}
