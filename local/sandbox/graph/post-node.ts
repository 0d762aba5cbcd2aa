import { hasScope, requirePageAccess, requirePublishing, requireScopes } from './caller.ts'
import type { GraphCall } from './graph-endpoint.ts'
import { newId } from './ids.ts'
import { fieldsOf } from './me.ts'
import { checkMessage } from './page-feed.ts'
import { deletePost } from './page-post.ts'
import { postView } from './post-view.ts'
import { refuse } from './refusal.ts'
import type { PagePost } from './state.ts'
import { show } from './view.ts'

/** GET /{page}_{post}. */
export const readPost = (call: GraphCall): object => show(postView(call.meta, requirePost(call, 'get')), fieldsOf(call))

/** POST /{page}_{post}: a new text. */
export function editPost(call: GraphCall): object {
  const post = requirePost(call, 'post')
  requirePublishing(call.meta, call.caller, post.pageId)
  const message = call.parameters.text('message')
  if (!message) throw refuse.emptyPost()
  checkMessage(message)
  post.message = message
  call.meta.world.ledger.updatePost('facebook', post.id, { text: message })
  return { success: true }
}

/** DELETE /{page}_{post}. */
export function removePost(call: GraphCall): object {
  const post = requirePost(call, 'delete')
  requirePublishing(call.meta, call.caller, post.pageId)
  deletePost(call.meta, post)
  return { success: true }
}

/** POST /{page}_{post}/comments: a comment of the Page. With `fields` it is created and the answer is an error all the same [FLD]. */
export function createComment(call: GraphCall): object {
  const { meta, parameters } = call
  const post = requirePost(call, 'post')
  const { caller } = requirePageAccess(meta, call.caller, post.pageId, 'post')
  if (!hasScope(caller, 'pages_manage_engagement')) throw refuse.permission('pages_manage_engagement')
  const message = parameters.text('message')
  if (!message) throw refuse.parameter('The parameter message is required')
  const id = `${post.id.split('_')[1]}_${newId(meta.state, 'comment')}`
  meta.state.comments[id] = { id, objectId: post.id, fromId: post.pageId, message, createdAtMs: meta.world.clock.now() }
  if (parameters.text('fields')) throw refuse.general(20, 1772107, '(#20) The comment was created but its fields cannot be read.')
  return { id }
}

function requirePost(call: GraphCall, method: string): PagePost {
  const id = call.c.req.param('id') ?? ''
  const post = call.meta.state.posts[id]
  if (!post) throw refuse.missingObject(id, method)
  requireScopes(requirePageAccess(call.meta, call.caller, post.pageId, method).caller, ['pages_read_engagement'])
  return post
}
