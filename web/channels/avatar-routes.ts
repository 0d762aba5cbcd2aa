import { findAvatar, findChannelName } from '../../db/channels/avatars.ts'
import { isKnown } from '../http/answers.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import { requireMember } from '../http/session.ts'
import { placeholder } from './avatars.ts'

/**
 * promise: A8, D5: serves our copy of a connected account's profile picture, to members of the
 * workspace.
 */
export const avatarRoutes = (deps: WebDeps) =>
  forMembers
    .createApp()
    .get('/w/:workspace/channels/:channel/avatar', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, channelId: idParam(c, 'channel') }
      const avatar = await findAvatar(deps.sql, ref)
      c.header('Cache-Control', 'private, max-age=3600')
      if (!avatar) {
        const name = await findChannelName(deps.sql, ref)
        if (name === undefined) return c.notFound()
        c.header('Content-Type', 'image/svg+xml')
        return c.body(placeholder(name))
      }
      const etag = `"${avatar.etag}"`
      c.header('ETag', etag)
      if (isKnown(c, etag)) return c.body(null, 304)
      c.header('Content-Type', avatar.contentType)
      return c.body(new Uint8Array(avatar.picture))
    })
