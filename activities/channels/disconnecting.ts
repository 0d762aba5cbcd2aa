import { deleteChannel, forgetChannelInPosts } from '../../db/channels/channel-deletion.ts'
import { countUnderWay, eraseHistory, findDisconnection } from '../../db/channels/disconnecting.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import type { ChannelRef } from '../../workflows/names.ts'
import { type DroppingDeps, dropExports } from '../privacy/dropping-exports.ts'
import { notYet } from '../retry.ts'

export type DisconnectingDeps = DroppingDeps & { sql: Sql; now: () => number }
export type DisconnectingActivities = ReturnType<typeof createDisconnectingActivities>

/**
 * How often to check for posts that are still being sent. They finish within hours; the history is
 * deleted then.
 */
const underWayLookMs = 60_000

export const createDisconnectingActivities = (deps: DisconnectingDeps) => ({
  /**
   * Deletes the account's posts and analytics if the admin chose that, once no post is being sent.
   */
  eraseChannelHistory: async ({ channelId }: ChannelRef): Promise<void> => {
    const disconnection = await findDisconnection(deps.sql, channelId)
    if (!disconnection?.erasesHistory || disconnection.erasedAt) return
    if ((await countUnderWay(deps.sql, channelId)) > 0) throw notYet(underWayLookMs)
    const { workspaceId } = disconnection
    await dropExports(deps, [workspaceId])
    await tx(deps.sql, async (t) => {
      const targets = await eraseHistory(t, channelId, new Date(deps.now()))
      const facts = { platform: disconnection.platform, targets }
      await recordEvent(t, {
        name: 'channel.history_erased',
        workspaceId,
        userId: null,
        subjectId: channelId,
        facts,
      })
    })
    await dropExports(deps, [workspaceId]) // those that were created in the meantime
  },

  /** Deletes the account itself, after its history and tokens. */
  deleteDisconnectedChannel: async ({ channelId }: ChannelRef): Promise<void> => {
    const disconnection = await findDisconnection(deps.sql, channelId)
    if (!disconnection?.erasesHistory) return
    const { workspaceId, platform } = disconnection
    await dropExports(deps, [workspaceId])
    await tx(deps.sql, async (t) => {
      await forgetChannelInPosts(t, channelId)
      if (!(await deleteChannel(t, channelId))) return
      await recordEvent(t, {
        name: 'channel.deleted',
        workspaceId,
        userId: null,
        subjectId: channelId,
        facts: { platform },
      })
    })
    await dropExports(deps, [workspaceId]) // those that were created in the meantime
  },
})
