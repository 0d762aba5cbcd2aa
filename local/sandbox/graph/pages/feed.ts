import { isPrivateHost, readMediaUrl } from '../../fetch-media.ts'
import { fieldsOf } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import { requirePublishing } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import { show } from '../calls/view.ts'
import { type Meta, metaUserAgent } from '../meta.ts'
import type { PagePost } from '../state.ts'
import { livingPhoto } from './living-photo.ts'
import { createPost } from './post.ts'
import { postView } from './post-view.ts'

/** Not in Meta's documentation, but schedulers agree on it (fact sheet 2.1). */
const messageLimit = 63_206

/** POST /{page-id}/feed: text, a link, or previously uploaded unpublished photos. */
export async function createFeedPost(call: GraphCall): Promise<object> {
  const { meta, parameters, ledgerCall } = call
  const page = requirePublishing(meta, call.caller, call.c.req.param('id') ?? '')
  const message = (parameters.text('message') ?? '').trim()
  const link = parameters.text('link') ?? null
  const photoIds = readAttached(call, page.id)
  if (!message && !link && photoIds.length === 0) throw refuse.emptyPost()
  checkMessage(message)
  if (link && photoIds.length > 0)
    throw refuse.parameter('link and attached_media cannot be used together')
  const timing = readTiming(call)
  if (link) await checkLink(meta, link)
  if (timing.published && isRepeated(meta, page.id, message)) throw refuse.duplicate()
  const commit = { callId: ledgerCall.id, realAtMs: ledgerCall.atMs }
  const post = createPost(meta, { pageId: page.id, message, link, photoIds, commit, ...timing })
  ledgerCall.facts.postId = post.id
  const fields = fieldsOf(call)
  return fields ? show(postView(meta, post), fields) : { id: post.id }
}

export function checkMessage(message: string): void {
  if (message.length > messageLimit)
    throw refuse.parameter(`The message may have ${messageLimit} characters at most.`)
}

function readAttached({ meta, parameters }: GraphCall, pageId: string): string[] {
  const ids = parameters
    .list('attached_media')
    .map((entry) => String((entry as { media_fbid?: unknown }).media_fbid ?? ''))
  for (const id of ids) {
    const photo = livingPhoto(meta, id)
    if (
      !photo ||
      photo.pageId !== pageId ||
      photo.postId ||
      ids.indexOf(id) !== ids.lastIndexOf(id)
    ) {
      throw refuse.parameter(
        `The photo ${id} cannot be attached: it is unknown or already in a post.`,
        1366051,
      )
    }
  }
  return ids
}

/** `scheduled_publish_time` requires published=false and a time 10 minutes to 30 days ahead. */
export function readTiming({
  meta,
  parameters,
}: GraphCall): Pick<PagePost, 'published' | 'scheduledAtMs'> {
  const published = parameters.flag('published') ?? true
  const time = parameters.text('scheduled_publish_time')
  if (!time) return { published, scheduledAtMs: null }
  if (published)
    throw refuse.parameter('You cannot specify a scheduled publish time on a published post')
  const scheduledAtMs = /^\d+$/.test(time) ? Number(time) * 1000 : Date.parse(time)
  const aheadMs = scheduledAtMs - meta.world.clock.now()
  if (!(aheadMs >= 10 * 60_000 && aheadMs <= 30 * 86_400_000)) {
    throw refuse.parameter('The specified scheduled publish time is invalid.')
  }
  return { published, scheduledAtMs }
}

/** Meta fetches the link for its preview. `scrapeLinks` says which links this sandbox fetches. */
async function checkLink(meta: Meta, link: string): Promise<void> {
  const url = readMediaUrl(link)
  if (!url)
    throw refuse.general(1609005, undefined, '(#1609005) The URL you specified is not valid.')
  const { scrapeLinks } = meta.settings
  if (
    scrapeLinks === 'never' ||
    (scrapeLinks === 'private' && !(await isPrivateHost(url.hostname)))
  )
    return
  const response = await fetch(url, {
    headers: { 'user-agent': metaUserAgent },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => null)
  await response?.body?.cancel()
  if (!response?.ok)
    throw refuse.general(
      1609005,
      undefined,
      '(#1609005) Error posting link: the URL could not be scraped.',
    )
}

/** "Identical consecutive text": the Page's newest post has the same text. */
function isRepeated(meta: Meta, pageId: string, message: string): boolean {
  const newest = Object.values(meta.state.posts).findLast(
    (post) => post.pageId === pageId && post.published,
  )
  return message !== '' && newest?.message === message
}
