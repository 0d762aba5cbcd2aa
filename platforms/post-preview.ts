/**
 * How a kind of post looks at its platform. `web/views/posts/preview` draws it, in the colors of
 * `preview.css` in the platform's folder.
 */
export type PostPreview = {
  /** Where the text is: below the files, above them, or over a full-screen file. A story has none. */
  frame: 'picture-first' | 'text-first' | 'full-screen' | 'story'
  /** `tiles`: all files at once. Default: one at a time, to swipe through. */
  files?: 'tiles'
  /** What the account is called. Default: its handle. */
  accountAs?: 'name'
  /** The ratios of width to height that are shown, and what happens to others. Default: any. */
  ratios?: { least: number; most: number; outside: 'cut' | 'bars' }
  /** Default: the whole text is shown. */
  fold?: TextFold
  /** What is colored in the text. */
  tints?: Tint[]
  /** How the date is written: December 6, December 6 at 6:00 PM, or 12-6. Default: not at all. */
  date?: 'month-day' | 'day-at-time' | 'month-day-number'
  /** Icons of web/public/sprite.svg. `end`: at the other end of the row. */
  buttons?: { icon: string; label?: string; end?: true }[]
  /** The words that open the comments, such as "View 1 comment". */
  commentWords?: string
  /** Percent of a full screen that the platform covers at each edge. */
  safeArea?: { top: number; right: number; bottom: number; left: number }
  /** A text without files of at most as many characters is shown large. */
  largeUpTo?: number
  /** One picture beside a video is its cover. */
  isPictureCover?: true
}

/**
 * Where a text folds: after so many lines or characters, whichever comes first. `lineWidth`: how
 * many average characters fit in a line.
 */
export type TextFold = { lines: number; lineWidth: number; characters: number; more: string }

export type Tint = 'hashtag' | 'mention' | 'link'

/** What the settings of a draft change about its preview. */
export type PreviewDetails = {
  /** Names of collaborators. */
  withNames?: string[]
  place?: string
  title?: string
  /** Labels that the platform adds, such as "Paid partnership". */
  labels?: string[]
  /** The frame of the video that is its cover, from the start of the part that is kept. */
  coverMs?: number
  /** The platform drops the text. */
  isTextDropped?: true
}
