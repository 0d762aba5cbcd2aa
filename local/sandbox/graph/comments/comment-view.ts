import { type MarkedView, view } from '../calls/view.ts'
import { graphTime } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { Comment } from '../state.ts'

/** A comment by the account itself, as the platform shows it. */
export const commentView = (meta: Meta, comment: Comment): MarkedView =>
  meta.state.media[comment.objectId] ? onInstagram(meta, comment) : onFacebook(meta, comment)

const onFacebook = (
  meta: Meta,
  { id, objectId, fromId, message, createdAtMs }: Comment,
): MarkedView =>
  view({
    type: 'Comment',
    id,
    defaults: ['created_time', 'from', 'message'],
    fields: {
      message: () => message,
      created_time: () => graphTime(createdAtMs),
      from: () => ({ name: meta.state.pages[fromId]?.name, id: fromId }),
      permalink_url: () =>
        `${meta.world.baseUrl('/facebook')}/${objectId}?comment_id=${id.split('_').at(-1)}`,
      like_count: () => 0,
      comment_count: () => 0,
      is_hidden: () => false,
    },
  })

const onInstagram = (
  meta: Meta,
  { id, objectId, fromId, message, createdAtMs, hidden }: Comment,
): MarkedView => {
  const account = meta.state.instagram[fromId]
  return view({
    type: 'IGComment',
    id,
    defaults: ['timestamp', 'text'],
    fields: {
      text: () => message,
      timestamp: () => graphTime(createdAtMs),
      username: () => account?.username,
      from: () => ({ id: fromId, username: account?.username }),
      media: () => ({ id: objectId }),
      hidden: () => hidden ?? false,
      like_count: () => 0,
    },
  })
}
