import type { Context } from 'hono'
import { markDiscussionSeen } from '../../../db/posts/discussion/people.ts'
import type { MemberEnv, WebDeps } from '../../http/env.ts'
import { idParam } from '../../http/ids.ts'
import type { View } from '../../http/render.ts'
import type { Discussion } from './view.ts'

/**
 * Whoever sees the comments on a post has read the notifications about them. That is this person's
 * own state, as when a notification is opened.
 */
export const seeDiscussion = async (
  deps: WebDeps,
  c: Context<MemberEnv>,
  page: View,
): Promise<void> => {
  if ((page.discussion as Discussion).fresh === 0) return
  const ref = { workspaceId: c.var.workspace.id, postId: idParam(c, 'post') }
  await markDiscussionSeen(deps.sql, { ...ref, userId: c.var.user.id }, new Date(deps.now()))
}
