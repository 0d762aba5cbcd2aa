import { fieldsOf } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requirePublishing, requireScopes } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import { type MarkedView, show } from '../calls/view.ts'
import { readPostInsights } from '../insights/post.ts'
import type { PagePost } from '../state.ts'
import { checkMessage } from './feed.ts'
import { deletePost } from './post.ts'
import { postView } from './post-view.ts'

/** GET /{page}_{post}. */
export const readPost = (call: GraphCall): object =>
  show(viewOf(call, requirePost(call, 'get')), fieldsOf(call))

/** Includes the numbers if `insights.metric(a,b)` is among the fields (fact sheet 4.6). */
export const viewOf = (call: GraphCall, post: PagePost): MarkedView =>
  postView(call.meta, post, ({ modifiers }) =>
    readPostInsights(call, post.id, (modifiers.metric ?? '').split(',').filter(Boolean)),
  )

/** POST /{page}_{post}: changes the text and, from v27.0 on, the AI label (fact sheet 2.8). */
export function editPost(call: GraphCall): object {
  const { meta, parameters } = call
  const post = requirePost(call, 'post')
  requirePublishing(meta, call.caller, post.pageId)
  const message = parameters.text('message')
  const isAiGenerated = parameters.flag('is_ai_generated')
  if (isAiGenerated !== undefined && Number(call.version.slice(1)) < firstWithDisclosure)
    throw refuse.parameter(`The parameter is_ai_generated needs v${firstWithDisclosure}.0.`)
  if (!message && isAiGenerated === undefined) throw refuse.emptyPost()
  if (message) {
    checkMessage(message)
    post.message = message
    meta.world.ledger.updatePost('facebook', post.id, { text: message })
  }
  if (isAiGenerated !== undefined) {
    post.isAiGenerated = isAiGenerated
    meta.world.ledger.updateSettings('facebook', post.id, { isAiGenerated })
  }
  return { success: true }
}

const firstWithDisclosure = 27

/** DELETE /{page}_{post}. */
export function removePost(call: GraphCall): object {
  const post = requirePost(call, 'delete')
  requirePublishing(call.meta, call.caller, post.pageId)
  deletePost(call.meta, post)
  return { success: true }
}

function requirePost(call: GraphCall, method: string): PagePost {
  const id = call.c.req.param('id') ?? ''
  const post = call.meta.state.posts[id]
  if (!post) throw refuse.missingObject(id, method)
  requireScopes(requirePageAccess(call.meta, call.caller, post.pageId, method).caller, [
    'pages_read_engagement',
  ])
  return post
}
