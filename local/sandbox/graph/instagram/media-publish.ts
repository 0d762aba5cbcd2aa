import type { GraphCall } from '../calls/call.ts'
import { requireInstagram } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import { newId, shortcodeOf } from '../ids.ts'
import { recordPost } from '../ledger-post.ts'
import type { Meta } from '../meta.ts'
import type { Commit, Container, InstagramAccount, InstagramMedia } from '../state.ts'
import { containerStatus } from './container.ts'
import { mediaPermalink } from './media-view.ts'

const dayMs = 86_400_000

/** POST /{ig-user-id}/media_publish: the irreversible step (fact sheet 3.3). */
export function publishMedia(call: GraphCall): object {
  const { meta, parameters, ledgerCall } = call
  const scopes = ['instagram_basic', 'instagram_content_publish']
  const { account } = requireInstagram(meta, call.caller, call.c.req.param('id') ?? '', {
    scopes,
    method: 'post',
  })
  if (account.restricted) throw refuse.general(25, 2207050, 'The Instagram account is restricted.')
  const creationId = parameters.text('creation_id')
  if (!creationId) throw refuse.parameter('The parameter creation_id is required.')
  ledgerCall.facts.containerId = creationId
  const container = meta.state.containers[creationId]
  if (container?.accountId !== account.id || container.isCarouselItem) throw goneContainer()
  const repeated = checkStatus(meta, container)
  if (repeated) return { id: repeated }
  if (isQuotaUp(meta, account.id)) {
    throw refuse.general(
      9,
      2207042,
      'The user has reached the maximum number of posts that is allowed to be published by the API.',
      {
        title: 'Publishing limit reached',
        userMessage:
          'You have reached the maximum number of posts that can be published by Content Publishing API.',
      },
    )
  }
  const media = createMedia(meta, account, container, {
    callId: ledgerCall.id,
    realAtMs: ledgerCall.atMs,
  })
  ledgerCall.facts.mediaId = media.id
  return { id: media.id }
}

/** Returns the media id if a published container is published again in mode `same_id`. */
function checkStatus(meta: Meta, container: Container): string | null {
  switch (containerStatus(meta, container)) {
    case 'FINISHED':
      return null
    case 'IN_PROGRESS':
      throw refuse.general(9007, 2207027, 'Media ID is not available', {
        title: 'Media is not ready',
        userMessage: 'The media is not ready for publishing, please wait for a moment',
      })
    case 'ERROR':
    case 'EXPIRED':
      throw goneContainer()
    case 'PUBLISHED':
      return publishedAgain(meta, container)
  }
}

/** Undocumented at Meta. There are three modes; `duplicate` creates a second post. */
function publishedAgain(meta: Meta, container: Container): string | null {
  switch (meta.settings.secondMediaPublish) {
    case 'same_id':
      return container.mediaIds[0] ?? null
    case 'duplicate':
      return null
    case 'error':
      throw refuse.general(24, 2207006, 'The requested resource does not exist', {
        title: 'Media not found',
        userMessage: 'The media with this ID cannot be found.',
      })
  }
}

const goneContainer = () =>
  refuse.general(24, 2207008, 'The requested resource does not exist', {
    title: 'Media builder not found',
    userMessage: 'The media builder does not exist or has expired.',
  })

/** Counts an account's posts only if there are enough media in total to reach the limit. */
function isQuotaUp(meta: Meta, accountId: string): boolean {
  const { instagramQuotaTotal: total } = meta.settings
  return Object.keys(meta.state.media).length >= total && quotaUsed(meta, accountId) >= total
}

/** Posts in the last 24 hours. At Meta, deleted posts still count; here they don't. */
export function quotaUsed(
  meta: Meta,
  accountId: string,
  sinceMs = meta.world.clock.now() - dayMs,
): number {
  return Object.values(meta.state.media).filter(
    (media) => media.accountId === accountId && !media.isChild && media.createdAtMs > sinceMs,
  ).length
}

function createMedia(
  meta: Meta,
  account: InstagramAccount,
  container: Container,
  commit: Commit,
): InstagramMedia {
  const children = container.children
    .map((id) => meta.state.containers[id])
    .filter((child) => child !== undefined)
  const childIds = children.map((child) => addMedia(meta, child, { isChild: true }).id)
  const media = addMedia(meta, container, { isChild: false, childIds })
  container.mediaIds.push(media.id)
  const shown = children.length > 0 ? children : [container]
  recordPost(meta, {
    platform: 'instagram',
    account: account.id,
    id: media.id,
    kind:
      media.product === 'STORY'
        ? 'story'
        : media.product === 'REELS'
          ? 'reel'
          : children.length > 0
            ? 'carousel'
            : 'image',
    text: media.caption,
    link: null,
    media: shown.flatMap(({ sha256, altText }) => (sha256 ? [{ sha256, altText }] : [])),
    permalink: mediaPermalink(meta, media),
    commit,
    settings: {
      containerId: container.id,
      shareToFeed: container.shareToFeed,
      thumbOffsetMs: container.thumbOffsetMs,
      coverSha256: container.coverSha256,
      collaborators: container.collaborators,
      locationId: container.locationId ?? null,
      // One list for each item, in the same order.
      userTags: shown.map(({ userTags = [] }) => userTags),
      isAiGenerated: container.isAiGenerated ?? false,
    },
  })
  return media
}

function addMedia(
  meta: Meta,
  container: Container,
  more: { isChild: boolean; childIds?: string[] },
): InstagramMedia {
  const id = newId(meta.state, 'media')
  const stored = container.sha256 ? meta.world.media.find(container.sha256) : undefined
  const isVideo = stored?.facts.kind === 'video'
  const media: InstagramMedia = {
    id,
    accountId: container.accountId,
    containerId: container.id,
    shortcode: shortcodeOf(id),
    type: container.type === 'CAROUSEL' ? 'CAROUSEL_ALBUM' : isVideo ? 'VIDEO' : 'IMAGE',
    product: container.type === 'STORIES' ? 'STORY' : container.type === 'REELS' ? 'REELS' : 'FEED',
    caption: container.caption,
    altText: container.altText,
    sha256s: container.sha256 ? [container.sha256] : [],
    childIds: more.childIds ?? [],
    isChild: more.isChild,
    shareToFeed: container.shareToFeed,
    isAiGenerated: container.isAiGenerated ?? false,
    commentsOn: true,
    createdAtMs: meta.world.clock.now(),
  }
  meta.state.media[id] = media
  return media
}
