import { listDisconnectedChannels } from '../../db/channels/channel-deletion.ts'
import { listChannels } from '../../db/channels/channels.ts'
import { listDisconnections } from '../../db/channels/disconnecting.ts'
import { listLimits } from '../../db/channels/limits.ts'
import { revocationDays } from '../../db/channels/revocations.ts'
import { read, together } from '../../db/postgres/json-rows.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { askOf } from '../notifications/needs.ts'
import { loadNextStep } from '../pages/next-step.ts'
import { readFind } from '../posts/post-form.ts'
import { formats } from '../time/formats.ts'
import { askingRoutes } from './asking-routes.ts'
import { healthOf } from './channel-health.ts'
import { connectRoutes } from './connect-routes.ts'
import { listOffers } from './connecting.ts'
import { deleteChannelRoutes } from './delete-routes.ts'
import { disconnectRoutes } from './disconnect-routes.ts'

/** How long a disconnected account is still listed. */
const shownDays = 14
const pageSize = 20

/** The page of connected accounts with their state. Admins can connect more. */
export const channelsRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/channels', requireMember(), async (c) => {
      const { platforms, issuers } = deps.platforms
      const now = deps.now()
      const fmt = formats(c.var.workspace, now)
      const find = readFind(c.req.query('find') ?? '')
      const number = Math.min(
        Number(/^[1-9]\d{0,3}$/.exec(c.req.query('page') ?? '')?.[0] ?? 1),
        1_000,
      )
      const onPage = { find, limit: pageSize, offset: (number - 1) * pageSize }
      const { limits, listed, ended, past } = await together(deps.sql, {
        limits: read(listLimits(deps.sql, c.var.workspace.id, new Date(now)), { until: true }),
        listed: read(listChannels(deps.sql, c.var.workspace.id, onPage), {
          ...{
            connectedAt: true,
            expiresAt: true,
            refreshExpiresAt: true,
            dataAccessExpiresAt: true,
          },
          ...{ renewedAt: true, firstDueAt: true, askedAt: true },
        }),
        ended: read(
          listDisconnections(deps.sql, c.var.workspace.id, new Date(now - shownDays * 86_400_000)),
          {
            ...{ askedAt: true, endedAt: true, erasedAt: true, givesUpAt: true },
          },
        ),
        past: read(listDisconnectedChannels(deps.sql, c.var.workspace.id), {
          disconnectedAt: true,
        }),
      })
      const total = listed[0]?.total ?? 0
      const pageAt = (page: number) =>
        `?${new URLSearchParams({ ...(find ? { find } : {}), page: String(page) })}`
      const paging = {
        find,
        total,
        searchable: total > pageSize || find !== '' || number > 1,
        before: number > 1 ? pageAt(number - 1) : null,
        after: number * pageSize < total ? pageAt(number + 1) : null,
      }
      const channels = listed.map((channel) => {
        const issuerLabel = issuers.get(channel.issuer)?.label ?? channel.issuer
        const definition = platforms.get(channel.platform)
        const judged = { ...channel, needsDataAccess: definition?.needsDataAccess ?? false }
        return {
          ...channel,
          issuerLabel,
          limit: limits.find((limit) => limit.channelId === channel.id),
          definition,
          health: healthOf(judged, issuerLabel, fmt, now),
          ask: askOf(channel, fmt.when, now),
        }
      })
      const offers = listOffers(deps)
      const disconnections = ended.map((one) => ({
        ...one,
        label: issuers.get(one.issuer)?.label ?? one.issuer,
      }))
      const step =
        listed.length === 0 ? await loadNextStep(deps, c.var.workspace, c.var.role) : null
      return view.page(c, 'channels/index', {
        step,
        channels,
        offers,
        disconnections,
        past,
        revocationDays,
        ...paging,
      })
    })
    .route('/', askingRoutes(deps))
    .route('/', connectRoutes(deps, view))
    .route('/', disconnectRoutes(deps, view))
    .route('/', deleteChannelRoutes(deps, view))
