import type { StoredMedia } from '../../media-store.ts'
import { fieldsOf } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requirePublishing, requireScopes } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import { type MarkedView, show, view } from '../calls/view.ts'
import { graphTime, newId } from '../ids.ts'
import { type Meta, metaUserAgent } from '../meta.ts'
import type { Photo } from '../state.ts'
import { checkMessage } from './feed.ts'
import { livingPhoto } from './living-photo.ts'
import { createPost, deletePost } from './post.ts'

const formats = ['jpeg', 'png', 'gif', 'bmp', 'tiff']
const maxBytes = 10_000_000

/**
 * POST /{page-id}/photos: a post with one photo, or with published=false, a photo for a later /feed
 * post.
 */
export async function createPhoto(call: GraphCall): Promise<object> {
  const { meta, parameters, ledgerCall } = call
  const page = requirePublishing(meta, call.caller, call.c.req.param('id') ?? '')
  const caption = (parameters.text('caption') ?? parameters.text('message') ?? '').trim()
  checkMessage(caption)
  const { sha256 } = await receiveImage(call)
  const published = parameters.flag('published') ?? true
  const altText = parameters.text('alt_text_custom') ?? null
  const id = newId(meta.state, 'photo')
  const photo: Photo = {
    id,
    pageId: page.id,
    sha256,
    caption,
    altText,
    published,
    postId: null,
    createdAtMs: meta.world.clock.now(),
  }
  meta.state.photos[id] = photo
  ledgerCall.facts.photoId = id
  if (!published) return { id }
  const commit = { callId: ledgerCall.id, realAtMs: ledgerCall.atMs }
  const post = createPost(meta, { pageId: page.id, message: caption, photoIds: [id], commit })
  ledgerCall.facts.postId = post.id
  const fields = fieldsOf(call)
  return { ...(fields ? show(photoView(meta, photo), fields) : { id }), post_id: post.id }
}

async function receiveImage(call: GraphCall): Promise<StoredMedia> {
  const { parameters, meta } = call
  const source = parameters.file('source')
  const url = parameters.text('url')
  if (!source && !url) throw refuse.image()
  if (!source && url && !/^https?:/i.test(url))
    throw refuse.parameter('The URL of the photo is not valid.', 2061006)
  const media = source ? await meta.world.media.keep(source) : await fetchImage(meta, url ?? '')
  call.ledgerCall.facts.sha256 = media.sha256
  const { facts } = media
  if (facts.kind !== 'image' || facts.broken || !formats.includes(facts.format))
    throw refuse.image()
  if (media.sizeBytes > maxBytes) throw refuse.image(1366046)
  return media
}

async function fetchImage(meta: Meta, url: string): Promise<StoredMedia> {
  const outcome = await meta.world.fetchMedia(url, {
    userAgent: metaUserAgent,
    maxBytes,
    robots: true,
  })
  if (outcome.ok) return outcome.media
  throw refuse.image(outcome.reason === 'too_large' ? 1366046 : undefined)
}

function photoView(meta: Meta, photo: Photo): MarkedView {
  const page = meta.state.pages[photo.pageId]
  return view({
    type: 'Photo',
    id: photo.id,
    defaults: ['created_time'],
    fields: {
      created_time: () => graphTime(photo.createdAtMs),
      name: () => photo.caption || undefined,
      alt_text_custom: () => photo.altText ?? undefined,
      link: () => `${meta.world.baseUrl('/facebook')}/photo/?fbid=${photo.id}`,
      permalink_url: () => `${meta.world.baseUrl('/facebook')}/photo/?fbid=${photo.id}`,
      page_story_id: () => photo.postId ?? undefined,
      from: () => ({ name: page?.name, id: photo.pageId }),
    },
  })
}

/** GET /{photo-id}. */
export function readPhoto(call: GraphCall): object {
  const photo = requirePhoto(call, 'get')
  return show(photoView(call.meta, photo), fieldsOf(call))
}

/**
 * DELETE /{photo-id}: deletes an unused photo, removes it from its post, or deletes the post if
 * this is its only photo.
 */
export function deletePhoto(call: GraphCall): object {
  const photo = requirePhoto(call, 'delete')
  requirePublishing(call.meta, call.caller, photo.pageId)
  const post = photo.postId ? call.meta.state.posts[photo.postId] : undefined
  if (post && post.photoIds.length > 1)
    post.photoIds = post.photoIds.filter((id) => id !== photo.id)
  else if (post) deletePost(call.meta, post)
  delete call.meta.state.photos[photo.id]
  return { success: true }
}

function requirePhoto(call: GraphCall, method: string): Photo {
  const id = call.c.req.param('id') ?? ''
  const photo = livingPhoto(call.meta, id)
  if (!photo) throw refuse.missingObject(id, method)
  requireScopes(requirePageAccess(call.meta, call.caller, photo.pageId, method).caller, [
    'pages_read_engagement',
  ])
  return photo
}
