import type { Context } from 'hono'
import { dismissEnding, dismissLost, hasSubject } from '../../db/notifications/dismissals.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { dismissDeletion } from '../../db/posts/deletions.ts'
import { seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import { requireMember } from '../http/session.ts'

type Ref = { workspaceId: string; id: string }

/**
 * Dismisses a connection or a deletion on Today that needs attention, for everyone in the
 * workspace, with Undo. Posts and comments are dismissed by their own routes.
 */
export const dismissRoutes = (deps: WebDeps) => {
  /** False if there is nothing to change. The event is recorded with the change. */
  const change = (ref: Ref, userId: string, name: string, apply: (t: Db) => Promise<boolean>) =>
    tx(deps.sql, async (t) => {
      if (!(await apply(t))) return false
      const { workspaceId, id: subjectId } = ref
      await recordEvent(t, { name, workspaceId, userId, subjectId })
      return true
    })
  /** Someone else, or the same person in another tab, was faster: Today shows how it is. */
  const settled = async (
    c: Context<MemberEnv>,
    table: Parameters<typeof hasSubject>[1],
    ref: Ref,
  ): Promise<Response> =>
    (await hasSubject(deps.sql, table, ref))
      ? seeOther(c, `/w/${c.var.workspace.slug}/today`)
      : c.notFound()
  const lost = (ref: Ref, at: Date | null) => async (t: Db) => (await dismissLost(t, ref, at)) > 0
  const ending = (ref: Ref, isDismissed: boolean) => (t: Db) => dismissEnding(t, ref, isDismissed)

  return forMembers
    .createApp()
    .post('/w/:workspace/today/lost/:channel/dismiss', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, id: idParam(c, 'channel') }
      const apply = lost(ref, new Date(deps.now()))
      if (!(await change(ref, c.var.user.id, 'channel.attention_dismissed', apply)))
        return await settled(c, 'channels', ref)
      return seeOther(c, `/w/${c.var.workspace.slug}/today`, 'lost-dismissed', ref.id)
    })
    .post('/w/:workspace/today/lost/:channel/restore', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, id: idParam(c, 'channel') }
      if (!(await change(ref, c.var.user.id, 'channel.attention_restored', lost(ref, null))))
        return await settled(c, 'channels', ref)
      return seeOther(c, `/w/${c.var.workspace.slug}/today`)
    })
    .post('/w/:workspace/today/ending/:grant/dismiss', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, id: idParam(c, 'grant') }
      if (!(await change(ref, c.var.user.id, 'grant.ending_dismissed', ending(ref, true))))
        return await settled(c, 'grants', ref)
      return seeOther(c, `/w/${c.var.workspace.slug}/today`, 'ending-dismissed', ref.id)
    })
    .post('/w/:workspace/today/ending/:grant/restore', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, id: idParam(c, 'grant') }
      if (!(await change(ref, c.var.user.id, 'grant.ending_restored', ending(ref, false))))
        return await settled(c, 'grants', ref)
      return seeOther(c, `/w/${c.var.workspace.slug}/today`)
    })
    .post('/w/:workspace/today/deletion/:target/dismiss', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, id: idParam(c, 'target') }
      const apply = (t: Db) => dismissDeletion(t, ref, new Date(deps.now()))
      if (!(await change(ref, c.var.user.id, 'deletion.dismissed', apply)))
        return await settled(c, 'targets', ref)
      return seeOther(c, `/w/${c.var.workspace.slug}/today`, 'deletion-dismissed', ref.id)
    })
    .post('/w/:workspace/today/deletion/:target/restore', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, id: idParam(c, 'target') }
      const apply = (t: Db) => dismissDeletion(t, ref, null)
      if (!(await change(ref, c.var.user.id, 'deletion.restored', apply)))
        return await settled(c, 'targets', ref)
      return seeOther(c, `/w/${c.var.workspace.slug}/today`)
    })
}
