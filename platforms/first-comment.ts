import type { JsonRecord } from './json.ts'

/**
 * The setting with the text of a first comment. `targets.comment_open` in db/migrations uses its
 * name too.
 */
export const firstCommentField = 'first_comment'

/** Code of an `unavailable` error: the platform doesn't show the post, or not yet. */
export const postNotShown = 'post_not_shown'

/** The text of the first comment. Empty if there is none. */
export const firstCommentOf = (settings: JsonRecord): string => {
  const text = settings[firstCommentField]
  return typeof text === 'string' ? text : ''
}
