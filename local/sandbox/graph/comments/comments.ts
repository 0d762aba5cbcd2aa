import { fieldsOf } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import {
  type PersonCaller,
  requireInstagram,
  requirePageAccess,
  requirePerson,
  requireScopes,
} from '../calls/caller.ts'
import { paginate } from '../calls/paging.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import { show } from '../calls/view.ts'
import { newId } from '../ids.ts'
import type { Meta } from '../meta.ts'
import { nodeKind, nodeOwner, postIdOfVideo } from '../node-kind.ts'
import type { Comment } from '../state.ts'
import { commentView } from './comment-view.ts'

// Comments by the account itself (fact sheet 2.8 and 3.8). Comments by visitors are only counted.

const mostOfInstagram = 50
const mostPerPost = 8_000

/** The commented post, its account and its platform. */
type Commented = {
  objectId: string
  ownerId: string
  on: 'facebook' | 'instagram'
  caller: PersonCaller
}

/**
 * POST /{object-id}/comments. On Instagram with `fields`, the comment is created and the response
 * is still an error.
 */
export function createComment(call: GraphCall): object {
  const { meta, parameters } = call
  const commented = requireCommented(call, call.c.req.param('id') ?? '', 'post')
  requireWriting(call, commented)
  const message = parameters.text('message')?.trim()
  if (!message) throw refuse.parameter('The parameter message is required')
  if (message.length > mostPerPost) throw refuse.parameter('The comment is too long.')
  const comment = keepComment(call, commented, message)
  const fields = fieldsOf(call)
  if (!fields) return { id: comment.id }
  if (commented.on === 'instagram' || !meta.settings.facebookCommentFields)
    throw createdAllTheSame()
  return show(commentView(meta, comment), fields)
}

const createdAllTheSame = () =>
  refuse.general(
    20,
    1772107,
    '(#20) This endpoint does not support the requested response format',
    { status: 400 },
  )

function keepComment(
  call: GraphCall,
  { objectId, ownerId, on }: Commented,
  message: string,
): Comment {
  const { meta, ledgerCall } = call
  const number = newId(meta.state, 'comment')
  const id = on === 'facebook' ? `${objectId.split('_').at(-1)}_${number}` : number
  const comment: Comment = {
    id,
    objectId,
    fromId: ownerId,
    message,
    createdAtMs: meta.world.clock.now(),
  }
  meta.state.comments[id] = comment
  meta.world.ledger.addComment({
    platform: on,
    account: ownerId,
    id,
    postId: objectId,
    text: message,
    createdAtMs: Date.now(),
    callId: ledgerCall.id,
  })
  ledgerCall.facts.commentId = id
  return comment
}

/**
 * GET /{object-id}/comments: oldest first on Facebook. Newest first and at most 50 per page on
 * Instagram.
 */
export function listComments(call: GraphCall): object {
  const { meta } = call
  const { objectId, on, caller } = requireCommented(call, call.c.req.param('id') ?? '', 'get')
  requireScopes(
    caller,
    on === 'facebook' ? ['pages_read_user_content'] : ['instagram_manage_comments'],
  )
  if (on === 'instagram' && (call.parameters.number('limit') ?? 0) > mostOfInstagram)
    throw refuse.parameter(`Param limit must be between 1 and ${mostOfInstagram}`)
  const comments = Object.values(meta.state.comments)
    .filter((comment) => comment.objectId === objectId)
    .sort((a, b) => a.createdAtMs - b.createdAtMs || a.id.localeCompare(b.id))
  if (on === 'instagram') comments.reverse()
  const fields = fieldsOf(call)
  return paginate(call, comments, (comment) => show(commentView(meta, comment), fields))
}

/** GET /{comment-id}. */
export function readComment(call: GraphCall): object {
  const { comment } = requireComment(call, 'get')
  return show(commentView(call.meta, comment), fieldsOf(call))
}

/** DELETE /{comment-id}. */
export function deleteComment(call: GraphCall): object {
  const { comment, commented } = requireComment(call, 'delete')
  requireWriting(call, commented)
  delete call.meta.state.comments[comment.id]
  call.meta.world.ledger.removeComment(commented.on, comment.id)
  return { success: true }
}

/** POST /{comment-id}?hide=: Instagram only. Changing a comment's text is not simulated. */
export function editComment(call: GraphCall): object {
  const { comment, commented } = requireComment(call, 'post')
  requireWriting(call, commented)
  const hide = call.parameters.flag('hide')
  if (commented.on === 'facebook' || hide === undefined) throw new NotSimulated('editing a comment')
  comment.hidden = hide
  call.meta.world.state.changed()
  return { success: true }
}

function requireComment(
  call: GraphCall,
  method: string,
): { comment: Comment; commented: Commented } {
  const id = call.c.req.param('id') ?? ''
  const comment = call.meta.state.comments[id]
  if (!comment) throw refuse.missingObject(id, method)
  return { comment, commented: requireCommented(call, comment.objectId, method) }
}

function requireCommented(call: GraphCall, asked: string, method: string): Commented {
  const { meta } = call
  const objectId = visiblePost(meta, asked, method)
  const kind = nodeKind(meta, objectId)
  const ownerId = nodeOwner(meta, objectId)
  if (kind === 'unknown' || ownerId === null) throw refuse.missingObject(objectId, method)
  if (kind === 'media') {
    const { caller } = requireInstagram(meta, call.caller, ownerId, {
      scopes: ['instagram_basic'],
      method,
    })
    return { objectId, ownerId, on: 'instagram', caller }
  }
  if (kind !== 'post' && kind !== 'photo') throw new NotSimulated(`comments of a ${kind}`)
  const { caller } = requirePageAccess(meta, call.caller, ownerId, method)
  requireScopes(caller, ['pages_read_engagement'])
  return { objectId, ownerId, on: 'facebook', caller }
}

/** A video or reel has the same comments as its post. Before it is published, it can't have any. */
function visiblePost(meta: Meta, asked: string, method: string): string {
  const video = meta.state.videos[asked]
  const id = video?.kind === 'story' ? null : video ? postIdOfVideo(video) : asked
  if (id === null) throw refuse.missingObject(asked, method)
  const outAtMs = (meta.state.posts[id] ?? meta.state.media[id])?.createdAtMs ?? 0
  if (outAtMs + meta.settings.commentsOpenAfterMs > meta.world.clock.now())
    throw refuse.missingObject(asked, method)
  return id
}

function requireWriting({ meta }: GraphCall, { objectId, ownerId, on, caller }: Commented): void {
  if (on === 'facebook') {
    requireScopes(caller, ['pages_manage_engagement'])
    if (caller.kind !== 'page') throw refuse.pageToken()
    if (!meta.state.pages[ownerId]?.roles[requirePerson(caller).person.id]?.includes('MODERATE'))
      throw refuse.pagePublishing()
    return
  }
  requireScopes(caller, ['instagram_manage_comments'])
  requireScopes(caller, ['pages_read_engagement'])
  const media = meta.state.media[objectId]
  if (media?.product === 'STORY')
    throw refuse.parameter('Comments are not available for this media.')
  if (media && !media.commentsOn) throw refuse.parameter('Comments are turned off for this media.')
}
