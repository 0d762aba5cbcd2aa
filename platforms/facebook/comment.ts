import { PlatformError } from '../errors.ts'
import { postNotShown } from '../first-comment.ts'
import type { Graph } from '../graph/client.ts'
import { isHidden } from '../graph/errors.ts'
import {
  isSameText,
  type ListedComments,
  lookAmong,
  noCommentId,
  notThereYet,
} from '../graph/first-comment.ts'
import { recordsAt, textAt } from '../graph/json.ts'
import type { JsonRecord } from '../json.ts'
import type { Commenter, CommentWanted, Publication } from '../platform.ts'
import { pageToken } from './page.ts'
import { readUpload } from './upload.ts'

/** 50 comments per page, oldest first, so a first comment is near the beginning. */
const mostPages = 4

/** Comments on the Page's post, as the Page. */
export const createFacebookCommenter = (graph: Graph): Commenter => ({
  send: async (publication, wanted) => {
    const targets = targetsOf(publication, wanted)
    // The next target is tried only after a clear refusal, which ended the previous claim.
    const target = targets[(wanted.number - 1) % targets.length]
    try {
      const params = { message: wanted.text }
      const body = await graph.send(
        `${target}/comments`,
        pageToken(publication),
        params,
        publication,
      )
      const commentId = textAt(body, 'id')
      if (!commentId) throw noCommentId('Facebook')
      return { commentId }
    } catch (error) {
      throw notThereYet(error, wanted, 'Facebook')
    }
  },
  find: async (publication, wanted) => {
    const lists = await Promise.all(
      targetsOf(publication, wanted).map((target) => list(graph, publication, target)),
    )
    const shown = lists.filter((listed) => listed !== null)
    if (shown.length === 0)
      throw new PlatformError({
        kind: 'unavailable',
        code: postNotShown,
        words: 'Facebook does not show the post.',
      })
    const listed = {
      comments: shown.flatMap(({ comments }) => comments),
      isWhole: shown.every(({ isWhole }) => isWhole),
    }
    return lookAmong(listed, (comment) => isByPage(comment, publication, wanted), 'Facebook')
  },
})

/** A video or reel accepts comments under its post id or, if that fails, under its video id. */
const targetsOf = (publication: Publication, { platformPostId }: CommentWanted): string[] => {
  const videoId = readUpload(publication.handles)?.videoId
  return [...new Set([platformPostId, ...(videoId ? [videoId] : [])])]
}

/** A comment without an author may be ours. It counts, so that no second one is written. */
const isByPage = (
  comment: JsonRecord,
  { account }: Publication,
  { text }: CommentWanted,
): boolean =>
  (textAt(comment, 'from', 'id') ?? account.id) === account.id &&
  isSameText(textAt(comment, 'message'), text)

/** Null if Facebook doesn't show the post or video. */
const list = async (
  graph: Graph,
  publication: Publication,
  target: string,
): Promise<ListedComments | null> => {
  const comments: JsonRecord[] = []
  let after: string | null = null
  for (let page = 0; page < mostPages; page += 1) {
    const params = { fields: 'id,message,from', limit: '50', after }
    try {
      const body: JsonRecord = await graph.get(
        `${target}/comments`,
        pageToken(publication),
        params,
        publication.signal,
      )
      comments.push(...recordsAt(body, 'data'))
      after = textAt(body, 'paging', 'next') ? textAt(body, 'paging', 'cursors', 'after') : null
    } catch (error) {
      if (error instanceof PlatformError && isHidden(error)) return null
      throw error
    }
    if (!after) break
  }
  return { comments, isWhole: after === null }
}
