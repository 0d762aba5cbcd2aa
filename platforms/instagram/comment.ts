import type { Graph, Params } from '../graph/client.ts'
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
import { asAccount, tokenOf } from './account.ts'
import { readInstagramHandles } from './handles.ts'

/** The most that our clock and Meta's are assumed to differ. */
const clockSlackMs = 60_000
/** With 50 comments per page, newest first, more than arrive between the call and the check. */
const mostPages = 8

/**
 * Comments on the account's own post. Never sends `fields`: Instagram would then write the comment
 * and return an error.
 */
export const createInstagramCommenter = (graph: Graph): Commenter => ({
  send: async (publication, wanted) => {
    const token = tokenOf(
      publication.account,
      readInstagramHandles(publication).main?.via ?? 'grant',
    )
    try {
      const path = `${wanted.platformPostId}/comments`
      const body = await graph.send(path, token, { message: wanted.text }, publication)
      const commentId = textAt(body, 'id')
      if (!commentId) throw noCommentId('Instagram')
      return { commentId }
    } catch (error) {
      throw notThereYet(error, wanted, 'Instagram')
    }
  },
  find: async (publication, wanted) => {
    const [username, listed] = await Promise.all([
      usernameOf(graph, publication),
      list(graph, publication, wanted),
    ])
    const isOurs = (comment: JsonRecord) =>
      isSameText(textAt(comment, 'text'), wanted.text) &&
      (textAt(comment, 'username') ?? username) === username
    return lookAmong(listed, isOurs, 'Instagram')
  },
})

/** The current name, because an account can be renamed at any time. */
const usernameOf = async (
  graph: Graph,
  { account, signal }: Publication,
): Promise<string | null> => {
  const { value } = await asAccount(account, (token) =>
    graph.get(account.id, token, { fields: 'username' }, signal),
  )
  return textAt(value, 'username')
}

/** Comments since the post was published. */
const list = async (
  graph: Graph,
  publication: Publication,
  wanted: CommentWanted,
): Promise<ListedComments> => {
  const comments: JsonRecord[] = []
  let after: string | null = null
  let isWhole = false
  for (let page = 0; page < mostPages; page += 1) {
    const params: Params = { fields: 'id,text,username,timestamp', limit: '50', after }
    const path = `${wanted.platformPostId}/comments`
    const { value }: { value: JsonRecord } = await asAccount(publication.account, (token) =>
      graph.get(path, token, params, publication.signal),
    )
    comments.push(...recordsAt(value, 'data'))
    after = textAt(value, 'paging', 'next') ? textAt(value, 'paging', 'cursors', 'after') : null
    isWhole = !after || isOlder(comments.at(-1), wanted.sinceMs)
    if (isWhole) break
  }
  return { comments: comments.filter((comment) => !isOlder(comment, wanted.sinceMs)), isWhole }
}

const isOlder = (comment: JsonRecord | undefined, sinceMs: number): boolean =>
  comment !== undefined && Date.parse(textAt(comment, 'timestamp') ?? '') < sinceMs - clockSlackMs
