import { listChannels } from '../../db/channels.ts'
import { healthOf } from '../channel-health.ts'
import { forMembers, type WebDeps } from '../env.ts'
import { formats } from '../formats.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'
import { connectRoutes } from './connect.ts'

/** Connected accounts: how each stands; admins connect. */
export const channelsRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/channels', requireMember(), async (c) => {
      const { platforms, issuers } = deps.platforms
      const now = deps.now()
      const fmt = formats(c.var.workspace.zone, now)
      const channels = (await listChannels(deps.sql, c.var.workspace.id)).map((channel) => {
        const issuerLabel = issuers.get(channel.issuer)?.label ?? channel.issuer
        return {
          ...channel,
          issuerLabel,
          definition: platforms.get(channel.platform),
          health: healthOf(channel, issuerLabel, fmt, now),
        }
      })
      const offers = [...issuers.values()].map((issuer) => ({
        ...issuer,
        definitions: issuer.platforms.map((name) => platforms.get(name)).filter((platform) => platform !== undefined),
      }))
      return view.page(c, 'channels/index', { channels, offers })
    })
    .route('/', connectRoutes(deps, view))
