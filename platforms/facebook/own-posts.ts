import type { Graph } from '../graph/client.ts'
import { recordsAt, textAt } from '../graph/json.ts'
import { nextIn, ownPost } from '../graph/own-posts.ts'
import type { JsonRecord } from '../json.ts'
import type { OwnPost, OwnPosts, OwnPostsAsked } from '../measurer.ts'
import { fullPostId } from './video-status.ts'

/** Reels have a separate list (fact sheet 2.9). */
const lists = ['published_posts', 'video_reels'] as const
type List = (typeof lists)[number]
const fieldsOf: Record<List, string> = {
  published_posts: 'id,message,created_time,permalink_url,attachments{media_type,target{id}}',
  video_reels: 'id,description,created_time,permalink_url,post_id',
}
const pageSize = '50'

type Asked = OwnPostsAsked & { pageId: string; token: string; signal: AbortSignal }

/** One page of one list. `next` contains the list's name and the cursor. */
export const listOwnPosts = async (
  graph: Graph,
  { pageId, token, signal, sinceMs, next }: Asked,
): Promise<OwnPosts> => {
  const [name, after = ''] = next?.split(' ') ?? []
  const list = lists.find((one) => one === name) ?? lists[0]
  const since = String(Math.floor(sinceMs / 1000))
  const params = { fields: fieldsOf[list], limit: pageSize, since, after: after || null }
  const body = await graph.get(`${pageId}/${list}`, token, params, signal)
  const posts = recordsAt(body, 'data').flatMap((post) =>
    list === 'video_reels' ? reelIn(post, pageId) : postIn(post),
  )
  const following = nextIn(body)
  return {
    posts,
    next: following ? `${list} ${following}` : list === 'published_posts' ? 'video_reels' : null,
  }
}

const postIn = (post: JsonRecord): OwnPost[] => {
  const attachments = recordsAt(post, 'attachments', 'data')
  const targets = attachments.flatMap((one) => textAt(one, 'target', 'id') ?? [])
  return ownPost(
    { id: textAt(post, 'id'), text: textAt(post, 'message'), ...timeOf(post) },
    kindOf(attachments[0]),
    targets,
  )
}

const reelIn = (reel: JsonRecord, pageId: string): OwnPost[] => {
  const postId = fullPostId(textAt(reel, 'post_id'), pageId)
  return ownPost(
    { id: textAt(reel, 'id'), text: textAt(reel, 'description'), ...timeOf(reel) },
    'reel',
    postId ? [postId] : [],
  )
}

/** A video's permalink has no host (fact sheet 2.4). */
const timeOf = (post: JsonRecord) => {
  const permalink = textAt(post, 'permalink_url')
  return {
    time: textAt(post, 'created_time'),
    permalink: permalink?.startsWith('/') ? `https://www.facebook.com${permalink}` : permalink,
  }
}

const kindOf = (attachment: JsonRecord | undefined): string => {
  switch (textAt(attachment, 'media_type')) {
    case 'photo':
      return 'photo'
    case 'album':
      return 'photos'
    case 'video':
      return 'video'
    case 'link':
      return 'link'
    default:
      return 'text'
  }
}
