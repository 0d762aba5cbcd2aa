import { PlatformError } from '../errors.ts'
import type { Graph, Params } from '../graph/client.ts'
import { errorOfSubcode, isHidden } from '../graph/errors.ts'
import { textAt } from '../graph/json.ts'
import type { JsonRecord } from '../json.ts'
import type { MediaToSend, Publication } from '../platform.ts'
import { asAccount } from './account.ts'
import type { Container } from './handles.ts'
import { paramsOfOptions, paramsOfTags } from './options.ts'

export type ContainerState =
  | { state: 'preparing' | 'ready' | 'expired' | 'published' | 'hidden' }
  | { state: 'failed'; error: PlatformError }

/**
 * Creates a container. Instagram fetches an image during this call and a video after it. Publishes
 * nothing.
 */
export const createContainer = async (
  graph: Graph,
  publication: Publication,
  params: Params,
): Promise<Container> => {
  const { account, signal } = publication
  const { value, via } = await asAccount(account, (token) =>
    graph.post(`${account.id}/media`, token, params, signal),
  )
  const id = textAt(value, 'id')
  if (!id)
    throw new PlatformError({
      kind: 'unavailable',
      code: 'no_container',
      words: 'Instagram didn’t return an ID for the files that it prepares.',
    })
  return { id, madeAtMs: publication.now(), finished: false, via }
}

/** For a single picture, reel or story. A picture next to a reel's video is its cover. */
export const paramsOfPost = ({ kind, text, media, settings }: Publication): Params => {
  const item = kind === 'reel' ? media.find((one) => one.kind === 'video') : media[0]
  if (!item)
    throw new PlatformError({
      kind: 'rejected',
      code: 'no_media',
      words: 'The post has no picture or video.',
    })
  const common = {
    ...addressOf(item),
    ...paramsOfOptions(kind, settings),
    ...paramsOfTags(item, settings),
  }
  if (kind === 'story') return { media_type: 'STORIES', ...common }
  if (kind === 'reel') {
    const cover = media.find((one) => one.kind === 'image')
    return {
      media_type: 'REELS',
      ...common,
      caption: text || null,
      share_to_feed: 'true',
      cover_url: cover?.url ?? null,
    }
  }
  return { ...common, caption: text || null, alt_text: item.altText || null }
}

export const paramsOfItem = (item: MediaToSend, settings: JsonRecord): Params => {
  const common = { ...addressOf(item), ...paramsOfTags(item, settings), is_carousel_item: 'true' }
  return item.kind === 'video'
    ? { media_type: 'VIDEO', ...common }
    : { ...common, alt_text: item.altText || null }
}

export const paramsOfCarousel = (
  { kind, text, settings }: Publication,
  children: Container[],
): Params => ({
  media_type: 'CAROUSEL',
  caption: text || null,
  children: children.map((child) => child.id).join(','),
  ...paramsOfOptions(kind, settings),
})

/** Reads a container's state. `hidden`: Instagram says that it doesn't exist or doesn't show it. */
export const lookAt = async (
  graph: Graph,
  publication: Publication,
  container: Container,
): Promise<ContainerState> => {
  const { account, signal } = publication
  try {
    const { value } = await asAccount(account, (token) =>
      graph.get(container.id, token, { fields: 'status_code,status' }, signal),
    )
    return stateOf(textAt(value, 'status_code'), textAt(value, 'status'))
  } catch (error) {
    if (error instanceof PlatformError && (isHidden(error) || error.problem.code === '24'))
      return { state: 'hidden' }
    throw error
  }
}

const states = {
  IN_PROGRESS: 'preparing',
  FINISHED: 'ready',
  EXPIRED: 'expired',
  PUBLISHED: 'published',
} as const

/** Only the text in `status` contains the subcode of a failure. */
const stateOf = (code: string | null, status: string | null): ContainerState => {
  if (code !== 'ERROR') return { state: states[code as keyof typeof states] ?? 'preparing' }
  const subcode = status?.match(/\b2207\d{3}\b/)?.[0]
  return {
    state: 'failed',
    error: errorOfSubcode(subcode ? Number(subcode) : null, 'Instagram could not use the file.'),
  }
}

const addressOf = (item: MediaToSend): Params =>
  item.kind === 'video' ? { video_url: item.url } : { image_url: item.url }
