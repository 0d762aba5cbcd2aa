import type { GraphCall } from '../calls/call.ts'
import { hasScope, requireInstagram } from '../calls/caller.ts'
import { paginate } from '../calls/paging.ts'
import { refuse } from '../calls/refusal.ts'
import { show, view } from '../calls/view.ts'
import { containerStatus, requireContainer, statusText } from '../instagram/container.ts'
import { quotaUsed } from '../instagram/media-publish.ts'
import { mediaView } from '../instagram/media-view.ts'
import { isListed, newestFirst } from '../pages/lists.ts'
import type { InstagramAccount, InstagramMedia } from '../state.ts'
import { instagramView } from './instagram-view.ts'
import { fieldsOf } from './me.ts'

const dayMs = 86_400_000

/** GET /{ig-user-id}. */
export const readAccount = (call: GraphCall): object =>
  show(instagramView(call.meta, requireReadable(call)), fieldsOf(call))

/** GET /{container-id}: status and status_code. */
export function readContainer(call: GraphCall): object {
  const { meta } = call
  const container = requireContainer(meta, call.c.req.param('id') ?? '', 'get')
  requireInstagram(meta, call.caller, container.accountId, {
    scopes: ['instagram_basic'],
    method: 'get',
  })
  const status = containerStatus(meta, container)
  Object.assign(call.ledgerCall.facts, { containerId: container.id, status })
  const fields = { status_code: () => status, status: () => statusText(status, container) }
  return show(
    view({ type: 'MediaBuilder', id: container.id, defaults: [], fields }),
    fieldsOf(call),
  )
}

/** GET /{ig-user-id}/content_publishing_limit (fact sheet 3.4). */
export function readPublishingLimit(call: GraphCall): object {
  const { meta, parameters } = call
  const account = requireReadable(call, ['instagram_basic', 'instagram_content_publish'])
  const since = parameters.number('since')
  if (since !== undefined && since * 1000 < meta.world.clock.now() - dayMs)
    throw refuse.parameter('since may lie 24 hours back at most.')
  const used = quotaUsed(meta, account.id, since === undefined ? undefined : since * 1000)
  const wanted = fieldsOf(call)?.map(({ name }) => name) ?? ['quota_usage']
  const all: Record<string, unknown> = {
    config: { quota_total: meta.settings.instagramQuotaTotal, quota_duration: 86_400 },
    quota_usage: used,
  }
  const unknown = wanted.find((name) => !(name in all))
  if (unknown)
    throw refuse.parameter(
      `Tried accessing nonexisting field (${unknown}) on node type (IGContentPublishingLimit)`,
    )
  return { data: [Object.fromEntries(wanted.map((name) => [name, all[name]]))] }
}

/** GET /{ig-user-id}/media (newest first, without stories) and /stories (last 24 hours). */
export const listMedia =
  (which: 'media' | 'stories') =>
  (call: GraphCall): object => {
    const { meta } = call
    const account = requireReadable(call)
    const stories = which === 'stories'
    const listed = Object.values(meta.state.media).filter(
      (media) =>
        media.accountId === account.id &&
        !media.isChild &&
        (media.product === 'STORY') === stories &&
        isListed(call, media.createdAtMs) &&
        (!stories || media.createdAtMs > meta.world.clock.now() - dayMs),
    )
    const fields = fieldsOf(call)
    return paginate(call, newestFirst(listed), (media) => show(mediaView(meta, media), fields))
  }

/** GET /{ig-media-id}. */
export const readMedia = (call: GraphCall): object =>
  show(mediaView(call.meta, requireMedia(call, 'get')), fieldsOf(call))

/** POST /{ig-media-id}?comment_enabled=: the only possible edit. */
export function editMedia(call: GraphCall): object {
  const media = requireMedia(call, 'post')
  const commentsOn = call.parameters.flag('comment_enabled')
  if (commentsOn === undefined) throw refuse.parameter('The parameter comment_enabled is required.')
  media.commentsOn = commentsOn
  return { success: true }
}

/** DELETE /{ig-media-id}: requires instagram_manage_contents. */
export function deleteMedia(call: GraphCall): object {
  const { meta } = call
  const media = requireMedia(call, 'delete')
  if (call.caller.kind === 'app' || !hasScope(call.caller, 'instagram_manage_contents'))
    throw refuse.permission('instagram_manage_contents')
  if (media.isChild) throw refuse.general(-1, 2207073, 'This media type cannot be deleted.')
  for (const childId of media.childIds) delete meta.state.media[childId]
  delete meta.state.media[media.id]
  meta.world.ledger.removePost('instagram', media.id)
  return { success: true, deleted_id: media.id }
}

function requireReadable(call: GraphCall, scopes = ['instagram_basic']): InstagramAccount {
  return requireInstagram(call.meta, call.caller, call.c.req.param('id') ?? '', {
    scopes,
    method: 'get',
  }).account
}

function requireMedia(call: GraphCall, method: string): InstagramMedia {
  const id = call.c.req.param('id') ?? ''
  const media = call.meta.state.media[id]
  if (!media) throw refuse.missingObject(id, method)
  requireInstagram(call.meta, call.caller, media.accountId, { scopes: ['instagram_basic'], method })
  return media
}
