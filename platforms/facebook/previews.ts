import type { PostPreview } from '../post-preview.ts'

/**
 * Three lines of text, and pictures of at most 4:5: Meta for Business, "Changes to mobile News Feed"
 * (2019). 477 characters on a wide page. A short text alone is large. Hashtags and links are
 * colored; an @name that the API sends is plain text.
 */
const feed = {
  frame: 'text-first',
  accountAs: 'name',
  ratios: { least: 4 / 5, most: Number.POSITIVE_INFINITY, outside: 'cut' },
  fold: { lines: 3, lineWidth: 42, characters: 477, more: 'See more' },
  tints: ['hashtag', 'link'],
  date: 'day-at-time',
  buttons: [
    { icon: 'thumb-up', label: 'Like' },
    { icon: 'message-circle', label: 'Comment' },
    { icon: 'share-3', label: 'Share' },
  ],
  commentWords: '1 comment',
  largeUpTo: 85,
} as const satisfies PostPreview

const screen = { least: 9 / 16, most: 9 / 16, outside: 'bars' } as const

/** Meta's guide to safe areas: a reel is covered for 14% above, 35% below and 6% at both sides. */
export const facebookPreviews = {
  text: feed,
  link: feed,
  photo: feed,
  photos: { ...feed, files: 'tiles' },
  video: { ...feed, isPictureCover: true },
  reel: {
    frame: 'full-screen',
    accountAs: 'name',
    ratios: screen,
    fold: { lines: 2, lineWidth: 27, characters: 72, more: 'See more' },
    tints: ['hashtag', 'link'],
    buttons: [
      { icon: 'thumb-up', label: 'Like' },
      { icon: 'message-circle', label: 'Comment' },
      { icon: 'share-3', label: 'Share' },
    ],
    commentWords: '1 comment',
    safeArea: { top: 14, right: 6, bottom: 35, left: 6 },
    isPictureCover: true,
  },
  story: {
    frame: 'story',
    accountAs: 'name',
    ratios: screen,
    safeArea: { top: 14, right: 0, bottom: 20, left: 0 },
  },
} satisfies Record<string, PostPreview>
