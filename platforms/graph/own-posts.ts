import type { JsonRecord } from '../json.ts'
import type { OwnPost } from '../measurer.ts'
import { beginningOf, webAddress } from '../own-post.ts'
import { textAt } from './json.ts'

type Found = {
  id: string | null
  text: string | null
  time: string | null
  permalink: string | null
}

/** Empty if the id or the time is missing, because a post can't be stored without them. */
export const ownPost = (
  { id, text, time, permalink }: Found,
  kind: string,
  otherIds: string[] = [],
): OwnPost[] => {
  const publishedMs = Date.parse(time ?? '')
  if (id === null || Number.isNaN(publishedMs)) return []
  return [
    {
      platformPostId: id,
      otherIds,
      kind,
      text: beginningOf(text),
      permalink: webAddress(permalink),
      publishedAt: new Date(publishedMs),
    },
  ]
}

/** The cursor of the next page. Null on the last page. */
export const nextIn = (body: JsonRecord): string | null =>
  textAt(body, 'paging', 'next') ? textAt(body, 'paging', 'cursors', 'after') : null
