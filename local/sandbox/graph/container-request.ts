import type { Parameters } from './parameters.ts'
import { NotSimulated, refuse } from './refusal.ts'
import type { ContainerType } from './state.ts'

/** A container as it was asked for, checked for everything that needs no look at the media. */
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
}

const notSimulated = [
  'location_id',
  'audio_name',
  'trial_params',
  'product_tags',
  'is_ai_generated',
  'is_paid_partnership',
  'branded_content_sponsor_ids',
]

/** @throws GraphRefusal with the codes of fact sheet 5.4. */
export function readContainerRequest(parameters: Parameters): ContainerRequest {
  for (const name of notSimulated)
    if (parameters.raw(name) !== undefined) throw new NotSimulated(`the parameter ${name} of a container`)
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
    thumbOffsetMs: parameters.number('thumb_offset') ?? null,
    shareToFeed: parameters.flag('share_to_feed') ?? true,
    collaborators: parameters.list('collaborators').map(String),
  }
  checkSource(request)
  checkText(request, parameters)
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
      if (isCarouselItem) throw refuse.general(100, 2207023, `media_type ${asked} cannot be a carousel item.`)
      return asked
    case 'VIDEO':
      if (isCarouselItem) return 'VIDEO'
      throw refuse.general(100, 2207023, 'media_type VIDEO is no longer supported for single posts. Use REELS.')
    default:
      throw refuse.general(100, 2207023, `The media_type ${asked} is unknown.`)
  }
}

function checkSource(request: ContainerRequest): void {
  const { type, imageUrl, videoUrl, resumable, children } = request
  if (type === 'CAROUSEL') {
    if (children.length < 2 || children.length > 10) throw refuse.general(100, 2207028, 'A carousel needs 2 to 10 items.')
    if (imageUrl || videoUrl) throw refuse.parameter('A carousel takes children, no image_url or video_url.')
    return
  }
  if (imageUrl && videoUrl) throw refuse.parameter('Only one of image_url and video_url can be given.')
  const takesImage = type === 'IMAGE' || type === 'STORIES'
  const takesVideo = type !== 'IMAGE'
  if (imageUrl && takesImage) return
  if ((videoUrl || resumable) && takesVideo) return
  throw refuse.general(100, 2207023, takesImage ? 'The parameter image_url is required.' : 'The parameter video_url is required.')
}

function checkText(request: ContainerRequest, parameters: Parameters): void {
  const { caption, altText, type, imageUrl, collaborators, thumbOffsetMs } = request
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
  if (parameters.list('user_tags').length > 20) throw refuse.general(100, 2207040, 'A post can have 20 user tags.')
  if (collaborators.length > 3) throw refuse.parameter('A post can have 3 collaborators.')
  if (altText !== null && (type !== 'IMAGE' || !imageUrl)) throw refuse.parameter('alt_text is for images in the feed only.')
  if (altText !== null && [...altText].length > 1_000) throw refuse.parameter('alt_text can have 1,000 characters.')
  if (thumbOffsetMs !== null && thumbOffsetMs < 0)
    throw refuse.general(1, 2207057, 'The thumb_offset is out of range.', { status: 400 })
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
