import { listChannels } from '../../db/channels.ts'
import { listDisconnections } from '../../db/disconnections.ts'
import { listLimits } from '../../db/limits.ts'
import { healthOf } from '../channel-health.ts'
import { forMembers, type WebDeps } from '../env.ts'
import { formats } from '../formats.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'
import { connectRoutes } from './connect.ts'
import { disconnectRoutes } from './disconnect.ts'

/** An account that was disconnected is still listed for so long. */
const shownDays = 14

/** Connected accounts: how each stands; admins connect. */
export const channelsRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/channels', requireMember(), async (c) => {
      const { platforms, issuers } = deps.platforms
      const now = deps.now()
      const fmt = formats(c.var.workspace.zone, now)
      const limits = await listLimits(deps.sql, c.var.workspace.id, new Date(now))
      const channels = (await listChannels(deps.sql, c.var.workspace.id)).map((channel) => {
        const issuerLabel = issuers.get(channel.issuer)?.label ?? channel.issuer
        const definition = platforms.get(channel.platform)
        const judged = { ...channel, needsDataAccess: definition?.needsDataAccess ?? false }
        return {
          ...channel,
          issuerLabel,
          limit: limits.find((limit) => limit.channelId === channel.id),
          definition,
          health: healthOf(judged, issuerLabel, fmt, now),
        }
      })
      const offers = [...issuers.values()].map((issuer) => ({
        ...issuer,
        definitions: issuer.platforms.map((name) => platforms.get(name)).filter((platform) => platform !== undefined),
      }))
      const ended = await listDisconnections(deps.sql, c.var.workspace.id, new Date(now - shownDays * 86_400_000))
      const disconnections = ended.map((one) => ({ ...one, label: issuers.get(one.issuer)?.label ?? one.issuer }))
      return view.page(c, 'channels/index', { channels, offers, disconnections })
    })
    .route('/', connectRoutes(deps, view))
    .route('/', disconnectRoutes(deps, view))
