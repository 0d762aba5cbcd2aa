import type { PostPreview } from './post-preview.ts'

export type PostKind = {
  /** `photos` */
  name: string
  /** `Photos` */
  label: string
  /** How long before the scheduled time preparing may start, in milliseconds. */
  prepareAheadMs: number
  /** Whether nothing has to be done ahead of its one call, so that `prepare` isn't called. */
  isReadyAtOnce?: true
  /** The maximum text length as the platform counts it, for the counter. */
  textLimit: number
  /** What the platform counts. Default: code points, so that a simple emoji counts as one. */
  textUnit?: 'utf-16'
  preview: PostPreview
  /**
   * How many posts of such kinds the platform accepts from an account per `perMs`. Further posts
   * are published later.
   */
  pace?: { most: number; perMs: number }
  /** The shape of its pictures or video. Absent if it takes any and shows them whole. */
  shape?: {
    /** The ratio of width to height that the editor starts with, such as `4:5`. */
    best: string
    /** Ratios that it shows whole. Absent: any. */
    least?: number
    most?: number
    /** What happens to other ratios, in three words at most. */
    outside?: string
    /** For people, such as "Instagram takes 4:5 to 1.91:1." */
    words: string
  }
  /** Whether its setting `cover_second` names the frame of the video that is its cover. */
  hasCoverSecond?: true
}
