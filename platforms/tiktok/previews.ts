import type { DraftForChannel } from '../platform.ts'
import type { PostPreview, PreviewDetails } from '../post-preview.ts'
import { choicesOf, coverMs } from './choices.ts'

/**
 * The app shows two lines of a caption. Hashtags and mentions are bold; links can't be opened. Safe
 * area: TikTok's guide for in-feed videos.
 */
const feed = {
  frame: 'full-screen',
  ratios: { least: 9 / 16, most: 9 / 16, outside: 'bars' },
  fold: { lines: 2, lineWidth: 27, characters: 100, more: 'more' },
  tints: ['hashtag', 'mention'],
  date: 'month-day-number',
  buttons: [
    { icon: 'heart' },
    { icon: 'message-circle' },
    { icon: 'bookmark' },
    { icon: 'share-3' },
    { icon: 'music' },
  ],
  safeArea: { top: 8, right: 14, bottom: 22, left: 4 },
} as const satisfies PostPreview

export const tiktokPreviews = { video: feed, photos: feed } satisfies Record<string, PostPreview>

export const tiktokPreviewDetails = ({
  kind,
  settings,
}: Pick<DraftForChannel, 'kind' | 'settings'>): PreviewDetails => {
  const choices = choicesOf(settings)
  const cover = kind === 'video' ? coverMs(choices) : null
  return {
    ...(kind === 'photos' && choices.photoTitle !== '' ? { title: choices.photoTitle } : {}),
    ...(cover === null || Number.isNaN(cover) ? {} : { coverMs: cover }),
    labels: [
      ...(choices.brandedContent ? ['Paid partnership'] : []),
      ...(choices.yourBrand && !choices.brandedContent ? ['Promotional content'] : []),
      ...(choices.isAigc ? ['Creator labeled as AI-generated'] : []),
    ],
    // TikTok keeps no text with a video draft.
    ...(choices.inbox && kind === 'video' ? { isTextDropped: true } : {}),
  }
}
