import type { DraftForChannel } from '../platform.ts'
import type { PostPreview, PreviewDetails } from '../post-preview.ts'
import { feedShape } from './media-rules.ts'
import { collaboratorsIn, coverMsIn } from './options.ts'

/**
 * Instagram's help: "only the first three lines of a caption will be displayed", and it recommends
 * 125 characters or fewer. Links in captions can't be opened, so they have no color.
 */
const feed = {
  frame: 'picture-first',
  fold: { lines: 3, lineWidth: 42, characters: 125, more: 'more' },
  tints: ['hashtag', 'mention'],
  date: 'month-day',
  buttons: [
    { icon: 'heart' },
    { icon: 'message-circle' },
    { icon: 'repeat' },
    { icon: 'send' },
    { icon: 'bookmark', end: true },
  ],
  commentWords: 'View 1 comment',
} as const satisfies PostPreview

const screen = { least: 9 / 16, most: 9 / 16, outside: 'bars' } as const

/** Meta's guide to safe areas: a reel is covered for 14% above, 35% below and 6% at both sides. */
export const instagramPreviews = {
  // We add the bars ourselves: see `feedPicture`.
  image: { ...feed, ratios: { ...feedShape, outside: 'bars' } },
  // Every file is cut to the first one's ratio.
  carousel: { ...feed, ratios: { ...feedShape, outside: 'cut' } },
  reel: {
    frame: 'full-screen',
    ratios: screen,
    fold: { lines: 2, lineWidth: 27, characters: 72, more: 'more' },
    tints: ['hashtag', 'mention'],
    buttons: [
      { icon: 'heart' },
      { icon: 'message-circle' },
      { icon: 'repeat' },
      { icon: 'send' },
      { icon: 'dots' },
    ],
    commentWords: 'View 1 comment',
    safeArea: { top: 14, right: 6, bottom: 35, left: 6 },
    isPictureCover: true,
  },
  story: {
    frame: 'story',
    ratios: screen,
    safeArea: { top: 14, right: 0, bottom: 20, left: 0 },
  },
} satisfies Record<string, PostPreview>

export const instagramPreviewDetails = ({
  kind,
  settings,
}: Pick<DraftForChannel, 'kind' | 'settings'>): PreviewDetails => {
  const coverMs = kind === 'reel' ? coverMsIn(settings) : null
  const place = settings.location_id
  return {
    withNames: collaboratorsIn(settings),
    ...(typeof place === 'string' && place !== '' ? { place: `Location of Page ${place}` } : {}),
    ...(coverMs === null || Number.isNaN(coverMs) ? {} : { coverMs }),
    labels: settings.is_ai_generated === true ? ['AI info'] : [],
  }
}
