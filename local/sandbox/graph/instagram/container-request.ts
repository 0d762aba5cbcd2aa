import type { Parameters } from '../calls/parameters.ts'
import { refuse } from '../calls/refusal.ts'
import type { Meta } from '../meta.ts'
import type { ContainerType, UserTag } from '../state.ts'

/** A requested container. Everything has been checked except the media. */
export type ContainerRequest = {
  type: ContainerType
  isCarouselItem: boolean
  imageUrl: string | null
  videoUrl: string | null
  coverUrl: string | null
  resumable: boolean
  caption: string
  altText: string | null
  children: string[]
  thumbOffsetMs: number | null
  shareToFeed: boolean
  collaborators: string[]
  userTags: UserTag[]
  locationId: string | null
  isAiGenerated: boolean
}

/** @throws GraphRefusal with the codes of fact sheet 5.4 */
export function readContainerRequest(meta: Meta, parameters: Parameters): ContainerRequest {
  const isCarouselItem = parameters.flag('is_carousel_item') ?? false
  const type = readType(parameters, isCarouselItem)
  const resumable = parameters.text('upload_type') === 'resumable'
  const takesCaption = type !== 'STORIES' && !isCarouselItem
  const request: ContainerRequest = {
    type,
    isCarouselItem,
    imageUrl: parameters.text('image_url') ?? null,
    videoUrl: parameters.text('video_url') ?? null,
    coverUrl: type === 'REELS' ? (parameters.text('cover_url') ?? null) : null,
    resumable,
    caption: takesCaption ? (parameters.text('caption') ?? '') : '',
    altText: parameters.text('alt_text') ?? null,
    children: type === 'CAROUSEL' ? parameters.list('children').map(String) : [],
    // An uploaded cover takes precedence over a frame. Images have no frames.
    thumbOffsetMs:
      type === 'IMAGE' || type === 'CAROUSEL' ? null : (parameters.number('thumb_offset') ?? null),
    shareToFeed: parameters.flag('share_to_feed') ?? true,
    collaborators: parameters.list('collaborators').map(String),
    userTags: parameters.list('user_tags').map(readTag),
    locationId: parameters.text('location_id') ?? null,
    isAiGenerated: parameters.flag('is_ai_generated') ?? false,
  }
  checkSource(request)
  checkText(request)
  checkPeople(meta, request)
  checkPlace(meta, request)
  if (request.isAiGenerated && isCarouselItem)
    throw refuse.parameter('is_ai_generated is told with the carousel, not with its items.')
  return request
}

function readType(parameters: Parameters, isCarouselItem: boolean): ContainerType {
  const asked = parameters.text('media_type')
  switch (asked) {
    case undefined:
    case 'IMAGE':
      return 'IMAGE'
    case 'REELS':
    case 'STORIES':
    case 'CAROUSEL':
      if (isCarouselItem)
        throw refuse.general(100, 2207023, `media_type ${asked} cannot be a carousel item.`)
      return asked
    case 'VIDEO':
      if (isCarouselItem) return 'VIDEO'
      throw refuse.general(
        100,
        2207023,
        'media_type VIDEO is no longer supported for single posts. Use REELS.',
      )
    default:
      throw refuse.general(100, 2207023, `The media_type ${asked} is unknown.`)
  }
}

function checkSource(request: ContainerRequest): void {
  const { type, imageUrl, videoUrl, resumable, children } = request
  if (type === 'CAROUSEL') {
    if (children.length < 2 || children.length > 10)
      throw refuse.general(100, 2207028, 'A carousel needs 2 to 10 items.')
    if (imageUrl || videoUrl)
      throw refuse.parameter('A carousel takes children, no image_url or video_url.')
    return
  }
  if (imageUrl && videoUrl)
    throw refuse.parameter('Only one of image_url and video_url can be given.')
  const takesImage = type === 'IMAGE' || type === 'STORIES'
  const takesVideo = type !== 'IMAGE'
  if (imageUrl && takesImage) return
  if ((videoUrl || resumable) && takesVideo) return
  throw refuse.general(
    100,
    2207023,
    takesImage ? 'The parameter image_url is required.' : 'The parameter video_url is required.',
  )
}

function checkText(request: ContainerRequest): void {
  const { caption, altText, type, imageUrl, thumbOffsetMs } = request
  if ([...caption].length > 2_200) {
    throw refuse.general(36004, 2207010, 'The caption was too long.', {
      title: 'Caption too long',
      userMessage: 'The caption was too long. It can have 2,200 characters.',
    })
  }
  if (count(caption, /(?<![\p{L}\p{N}_&])#[\p{L}\p{N}_]+/gu) > 30)
    throw refuse.general(100, 2207040, 'A caption can have 30 hashtags.')
  if (count(caption, /(?<![\p{L}\p{N}_.])@[A-Za-z0-9_.]+/gu) > 20)
    throw refuse.general(100, 2207040, 'A caption can have 20 mentions.')
  if (altText !== null && (type !== 'IMAGE' || !imageUrl))
    throw refuse.parameter('alt_text is for images in the feed only.')
  if (altText !== null && [...altText].length > 1_000)
    throw refuse.parameter('alt_text can have 1,000 characters.')
  if (thumbOffsetMs !== null && thumbOffsetMs < 0)
    throw refuse.general(1, 2207057, 'The thumb_offset is out of range.', { status: 400 })
}

const username = /^[A-Za-z0-9._]{1,30}$/

function readTag(entry: unknown): UserTag {
  const {
    username: name,
    x,
    y,
  } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>
  if (typeof name !== 'string')
    throw refuse.parameter('Param user_tags must be a list of objects with a username.')
  return { username: name, x: readPart(x), y: readPart(y) }
}

/** 0 is the left or top edge, 1 the right or bottom edge. */
function readPart(value: unknown): number | null {
  if (value === undefined || value === null) return null
  const part = Number(value)
  if (!(part >= 0 && part <= 1))
    throw refuse.parameter('x and y of user_tags must lie between 0.0 and 1.0.')
  return part
}

/** Checks tagged people and invited collaborators (fact sheet 3.1). */
function checkPeople(meta: Meta, request: ContainerRequest): void {
  const { collaborators, userTags, type, isCarouselItem, imageUrl } = request
  if (collaborators.length > 3) throw refuse.parameter('A post can have 3 collaborators.')
  const isUnfit = (name: string) =>
    !username.test(name) || meta.settings.unfitUsernames.includes(name)
  const takesCollaborators = type !== 'STORIES' && !isCarouselItem
  if (collaborators.length > 0 && (!takesCollaborators || collaborators.some(isUnfit)))
    throw refuse.parameter('param collaborators is not allowed')
  if (userTags.length > 20) throw refuse.general(100, 2207040, 'A post can have 20 user tags.')
  if (userTags.length > 0 && type === 'CAROUSEL')
    throw refuse.parameter('user_tags belong to the items of a carousel.')
  const unfit = userTags.find((tag) => isUnfit(tag.username))
  if (unfit) throw refuse.parameter(`The user ${unfit.username} cannot be tagged.`)
  const withoutPlace = userTags.some(({ x, y }) => x === null || y === null)
  if (imageUrl && type !== 'STORIES' && withoutPlace)
    throw refuse.parameter('user_tags of an image need x and y.')
  const withPlace = userTags.some(({ x, y }) => x !== null || y !== null)
  if (!imageUrl && type !== 'STORIES' && withPlace)
    throw refuse.parameter('user_tags of a video take no x and y.')
}

/** The location of a post must be a Page with an address. */
function checkPlace(meta: Meta, { locationId, type, isCarouselItem }: ContainerRequest): void {
  if (locationId === null) return
  if (type === 'STORIES' || isCarouselItem)
    throw refuse.parameter('param location_id is not allowed')
  if (!meta.state.pages[locationId]?.location)
    throw refuse.parameter('INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID')
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
