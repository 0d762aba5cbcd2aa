import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import type { DiscussionComment } from '../../../db/posts/discussion/comments.ts'
import { type CommentPiece, piecesOf } from '../../../text/mentions.ts'

/** A file that a comment is about, or can be. `label`: such as "photo 3". */
type FileOfPost = { id: string; label: string; hasPicture: boolean }
type ShownComment = {
  id: string
  userId: string | null
  author: string
  pieces: CommentPiece[]
  isDeleted: boolean
  /** Null: it is about the whole post. */
  file: FileOfPost | 'removed' | null
  writtenAt: Date
  isNew: boolean
}
type Thread = ShownComment & { replies: ShownComment[]; resolver: string | null }

/** What was typed into the form that comes back, and what is wrong with it. */
export type CommentForm = { text: string; media: string; answers: string; error: string }

/** The card with the comments beside a post. */
export type Discussion = {
  open: Thread[]
  resolved: Thread[]
  /** How many comments there are, and how many this person hasn't seen. */
  count: number
  fresh: number
  files: FileOfPost[]
  form: CommentForm | null
}

const formerMember = 'A former member'

export const discussionView = (
  comments: DiscussionComment[],
  media: ComposedMedia[],
  form: CommentForm | null = null,
): Discussion => {
  const files = media.map(
    (file, index): FileOfPost => ({
      id: file.id,
      label: `${file.kind === 'video' ? 'video' : 'photo'} ${index + 1}`,
      hasPicture: file.thumbnailKey !== null && file.purgedAt === null,
    }),
  )
  const shown = (one: DiscussionComment): ShownComment => ({
    id: one.id,
    userId: one.userId,
    author: one.author ?? formerMember,
    pieces: piecesOf(one.text, one.mentions),
    isDeleted: one.text === '',
    file: one.mediaId ? (files.find(({ id }) => id === one.mediaId) ?? 'removed') : null,
    writtenAt: one.writtenAt,
    isNew: one.isNew,
  })
  const threads = comments
    .filter(({ answers }) => answers === null)
    .map((one) => ({
      ...shown(one),
      replies: comments.filter(({ answers }) => answers === one.id).map(shown),
      resolver: one.resolvedAt ? (one.resolver ?? formerMember) : null,
    }))
  return {
    open: threads.filter(({ resolver }) => resolver === null),
    resolved: threads.filter(({ resolver }) => resolver !== null),
    count: comments.filter(({ text }) => text !== '').length,
    fresh: comments.filter(({ isNew }) => isNew).length,
    files,
    form,
  }
}
