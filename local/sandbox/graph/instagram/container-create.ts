import type { GraphCall } from '../calls/call.ts'
import { requireInstagram } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import { newId } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { Container, InstagramAccount } from '../state.ts'
import { containerStatus, loadVideo } from './container.ts'
import { loadImage } from './container-media.ts'
import { type ContainerRequest, readContainerRequest } from './container-request.ts'

const dayMs = 86_400_000

/**
 * POST /{ig-user-id}/media: creates a container. Images are downloaded during the call, videos
 * after it (fact sheet 3.1).
 */
export async function createContainer(call: GraphCall): Promise<object> {
  const { meta } = call
  const scopes = ['instagram_basic', 'instagram_content_publish']
  const { account } = requireInstagram(meta, call.caller, call.c.req.param('id') ?? '', {
    scopes,
    method: 'post',
  })
  checkAccount(meta, account)
  const request = readContainerRequest(meta, call.parameters)
  for (const childId of request.children) checkChild(meta, account, childId)
  const image = request.imageUrl
    ? await loadImage(meta, request.imageUrl, {
        anyRatio: request.type === 'STORIES' || request.isCarouselItem,
      })
    : null
  const cover = request.coverUrl
    ? await loadImage(meta, request.coverUrl, { anyRatio: true })
    : null
  const container = keep(meta, account, request, {
    sha256: image?.sha256 ?? null,
    coverSha256: cover?.sha256 ?? null,
  })
  Object.assign(call.ledgerCall.facts, {
    containerId: container.id,
    mediaType: container.type,
    sha256: container.sha256,
  })
  if (request.videoUrl) meta.world.clock.after(0, () => loadVideo(meta, container))
  if (!container.resumable) return { id: container.id }
  return {
    id: container.id,
    uri: `${meta.world.baseUrl('/rupload')}/ig-api-upload/${call.version}/${container.id}`,
  }
}

function checkAccount(meta: Meta, account: InstagramAccount): void {
  if (account.restricted) {
    throw refuse.general(25, 2207050, 'The Instagram account is restricted.', {
      title: 'Account restricted',
      userMessage:
        'The Instagram professional account is inactive, checkpointed, or restricted. Log in to the Instagram app and follow the instructions.',
    })
  }
  const since = meta.world.clock.now() - dayMs
  const made = Object.values(meta.state.containers).filter(
    ({ accountId, createdAtMs }) => accountId === account.id && createdAtMs > since,
  )
  if (made.length >= meta.settings.instagramContainersPerDay) {
    throw refuse.general(
      9,
      2207042,
      'The maximum number of containers for this account in 24 hours is reached.',
    )
  }
}

function checkChild(meta: Meta, account: InstagramAccount, id: string): void {
  const child = meta.state.containers[id]
  if (
    child?.accountId !== account.id ||
    !child.isCarouselItem ||
    containerStatus(meta, child) !== 'FINISHED'
  ) {
    throw refuse.general(
      100,
      2207028,
      `The carousel item ${id} is unknown, not finished or no carousel item.`,
    )
  }
}

type Loaded = { sha256: string | null; coverSha256: string | null }

function keep(
  meta: Meta,
  account: InstagramAccount,
  request: ContainerRequest,
  loaded: Loaded,
): Container {
  const now = meta.world.clock.now()
  const awaitsVideo = request.videoUrl !== null || request.resumable
  const container: Container = {
    id: newId(meta.state, 'container'),
    accountId: account.id,
    type: request.type,
    isCarouselItem: request.isCarouselItem,
    caption: request.caption,
    altText: request.altText,
    children: request.children,
    url: request.videoUrl,
    thumbOffsetMs: loaded.coverSha256 === null ? request.thumbOffsetMs : null,
    shareToFeed: request.shareToFeed,
    collaborators: request.collaborators,
    userTags: request.userTags,
    locationId: request.locationId,
    isAiGenerated: request.isAiGenerated,
    resumable: request.resumable,
    receivedBytes: 0,
    createdAtMs: now,
    ...loaded,
    readyAtMs: awaitsVideo ? null : now + meta.settings.imageContainerMs,
    error: null,
    mediaIds: [],
  }
  meta.state.containers[container.id] = container
  return container
}
