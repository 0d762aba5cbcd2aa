import { findAvatar, findChannelName } from '../../../db/channels/avatars.ts'
import { findLinkedFile, isLinkedAccount } from '../../../db/posts/review-links/link-posts.ts'
import { placeholder } from '../../channels/avatars.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../../http/env.ts'
import { idParam } from '../../http/ids.ts'
import { sendFile } from '../../http/send-file.ts'
import { mediumOf } from '../../media/medium.ts'
import { findVisit, isUnlocked } from './visit.ts'

const path = '/review/:code'

/**
 * The pictures and videos of a review link: those of its posts and their accounts, and no others. Not
 * limited, like /media: a page has many, and 256 bits can't be guessed.
 */
export const clientFileRoutes = (deps: WebDeps) =>
  forAnyone
    .createApp()
    .get(`${path}/media/:id/:what{file|medium|thumbnail}`, async (c) => {
      const linkId = await openLinkOf(deps, c)
      const media = linkId && (await findLinkedFile(deps.sql, linkId, idParam(c, 'id')))
      if (!media) return c.notFound()
      privately(c)
      const what = c.req.param('what')
      if (what === 'file')
        return media.conversion
          ? c.notFound()
          : sendFile(c, deps.mediaStore, { ...media, etag: media.storeKey })
      const medium = what === 'medium' ? await mediumOf(deps, media) : null
      const storeKey = medium ?? media.thumbnailKey
      const sizeBytes = storeKey && (await deps.mediaStore.size(storeKey))
      if (!storeKey || !sizeBytes) return c.notFound()
      const picture = { storeKey, contentType: 'image/webp', sizeBytes, etag: storeKey }
      return sendFile(c, deps.mediaStore, picture)
    })
    .get(`${path}/accounts/:channel/avatar`, async (c) => {
      const visit = await findVisit(deps, c)
      const channelId = idParam(c, 'channel')
      if (!visit || !isUnlocked(visit)) return c.notFound()
      if (!(await isLinkedAccount(deps.sql, visit.link.id, channelId))) return c.notFound()
      const ref = { workspaceId: visit.link.workspaceId, channelId }
      const avatar = await findAvatar(deps.sql, ref)
      privately(c)
      if (avatar) {
        c.header('Content-Type', avatar.contentType)
        return c.body(new Uint8Array(avatar.picture))
      }
      c.header('Content-Type', 'image/svg+xml')
      return c.body(placeholder((await findChannelName(deps.sql, ref)) ?? ''))
    })

const openLinkOf = async (deps: WebDeps, c: AnyContext): Promise<string | null> => {
  const visit = await findVisit(deps, c)
  return visit && isUnlocked(visit) ? visit.link.id : null
}

const privately = (c: AnyContext): void => {
  c.header('Cache-Control', 'private, max-age=600')
  c.header('X-Robots-Tag', 'noindex, nofollow')
}
