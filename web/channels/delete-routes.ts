import { askForDeletion, findDisconnectedChannel } from '../../db/channels/channel-deletion.ts'
import { insertEndedRevocation } from '../../db/channels/revocations.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { tx } from '../../db/postgres/connect.ts'
import { seeOther } from '../http/answers.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'

const path = '/w/:workspace/channels/:channel/delete'

/** promise: D1, D2: deletes a disconnected account and all data stored about it. */
export const deleteChannelRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember('admin')
  const fresh = requireFresh(deps, view)
  return forMembers
    .createApp()
    .get(path, guard, fresh as never, async (c) => {
      const ref = { workspaceId: c.var.workspace.id, channelId: idParam(c, 'channel') }
      const channel = await findDisconnectedChannel(deps.sql, ref)
      if (!channel) return c.notFound()
      return view.page(c, 'channels/delete', {
        channel,
        definition: deps.platforms.platforms.get(channel.platform),
      })
    })
    .post(path, guard, fresh as never, async (c) => {
      const ask = {
        workspaceId: c.var.workspace.id,
        userId: c.var.user.id,
        channelId: idParam(c, 'channel'),
      }
      if (!(await askDeletion(deps, ask))) return c.notFound()
      return seeOther(c, `/w/${c.var.workspace.slug}/channels`, 'account-deleting')
    })
}

/**
 * The disconnect workflow does the deletion, so that it can't run while a post is being sent or a
 * token still has to be revoked.
 */
const askDeletion = (
  deps: WebDeps,
  ask: { workspaceId: string; userId: string; channelId: string },
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const channel = await findDisconnectedChannel(t, ask)
    if (!channel) return false
    const { issuer, issuerUserId, grantId } = channel
    if (!(await askForDeletion(t, channel.id))) {
      const entry = {
        ...ask,
        issuer,
        issuerUserId,
        grantId,
        askedBy: ask.userId,
        at: new Date(deps.now()),
        erasesHistory: true,
      }
      await insertEndedRevocation(t, entry, 'unusable')
    }
    await enqueue(t, 'disconnect', channel.id)
    const facts = { platform: channel.platform }
    const { workspaceId, userId } = ask
    await recordEvent(t, {
      name: 'channel.deletion_requested',
      workspaceId,
      userId,
      subjectId: channel.id,
      facts,
    })
    return true
  })
