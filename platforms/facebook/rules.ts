import { numberFormat } from '../../text/formatters.ts'
import { type CommentLimits, firstCommentFaults } from '../graph/comment-rules.ts'
import { countCharacters, countNumber } from '../graph/text.ts'
import type { DraftForChannel, MediaFacts, RuleFault } from '../platform.ts'
import { placeFaults } from './options.ts'
import { reelFaults, storyVideoFaults, videoFaults } from './video-rules.ts'

/** The limit that other schedulers use. Meta's documentation gives none. */
export const textLimit = 63_206
/** The comment limit is also what others use. Meta's documentation gives none. */
export const facebookCommentLimits: CommentLimits = {
  label: 'Facebook',
  characters: 8_000,
  scope: 'pages_manage_engagement',
}
const mostPhotos = 10
const largestPhotoBytes = 10_000_000
const photoTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/bmp', 'image/tiff']

/** Checks one Page's post against every Facebook rule that can be checked before sending. */
export const checkFacebookDraft = (draft: DraftForChannel): RuleFault[] => {
  const rulesOfKind = kindRules[draft.kind]
  if (!rulesOfKind)
    return [
      {
        rule: 'kind',
        field: 'kind',
        words: `Facebook: there is no post type named ${draft.kind}.`,
      },
    ]
  return [
    ...textFaults(draft),
    ...linkFaults(draft),
    ...rulesOfKind(draft),
    ...firstCommentFaults(draft, facebookCommentLimits),
  ]
}

const kindRules: Record<string, (draft: DraftForChannel) => RuleFault[]> = {
  text: (draft) => [...noMedia(draft), ...needsText(draft)],
  link: (draft) => [...noMedia(draft), ...needsLink(draft)],
  photo: (draft) => [...photoCount(draft, 1, 1), ...draft.media.flatMap(photoFaults)],
  photos: (draft) => [...photoCount(draft, 2, mostPhotos), ...draft.media.flatMap(photoFaults)],
  video: (draft) => [...videoAndCover(draft), ...videosOf(draft).flatMap(videoFaults)],
  reel: (draft) => [
    ...videoAndCover(draft),
    ...videosOf(draft).flatMap(reelFaults),
    ...placeFaults(draft),
  ],
  story: (draft) => [...storyMedia(draft), ...storyText(draft)],
}

const videosOf = ({ media }: DraftForChannel) =>
  media.filter((item) => item.kind === 'video').slice(0, 1)

const textFaults = ({ text }: DraftForChannel): RuleFault[] => {
  const over = countCharacters(text) - textLimit
  const words = `Facebook: the text is ${countNumber(over, 'character')} too long. The limit is ${numberFormat().format(textLimit)}.`
  return over > 0 ? [{ rule: 'text_length', field: 'text', words }] : []
}

const linkFaults = ({ kind, link }: DraftForChannel): RuleFault[] => {
  if (!link) return []
  if (kind !== 'link') {
    const words =
      'Facebook: only a link post has its own link. Write the address in the text, or choose Link.'
    return [{ rule: 'link_exclusive', field: 'link', words }]
  }
  const words = 'Facebook: the link must be a full address that begins with https:// or http://.'
  return isWebAddress(link) ? [] : [{ rule: 'link_address', field: 'link', words }]
}

const needsText = ({ text }: DraftForChannel): RuleFault[] => {
  const words = 'Facebook: a text post needs text.'
  return text.trim() === '' ? [{ rule: 'text_missing', field: 'text', words }] : []
}

const needsLink = ({ link }: DraftForChannel): RuleFault[] =>
  link
    ? []
    : [{ rule: 'link_missing', field: 'link', words: 'Facebook: a link post needs a link.' }]

const noMedia = ({ kind, media }: DraftForChannel): RuleFault[] => {
  const words = `Facebook: a ${kind} post has no pictures or videos. Remove them, or choose another kind.`
  return media.length > 0 ? [{ rule: 'media_exclusive', field: 'media', words }] : []
}

const photoCount = ({ media }: DraftForChannel, least: number, most: number): RuleFault[] => {
  if (media.length >= least && media.length <= most) return []
  const wanted = least === most ? `one picture` : `${least} to ${most} pictures`
  const words = `Facebook: this kind of post needs ${wanted}, and you added ${media.length}.`
  return [{ rule: 'media_count', field: 'media', words }]
}

/** One video. A picture next to it is its cover. */
const videoAndCover = ({ media }: DraftForChannel): RuleFault[] => {
  const words = 'Facebook: a video or reel is one video, and optionally one picture as the cover.'
  const videos = media.filter((item) => item.kind === 'video').length
  const covers = media.flatMap((item, index) =>
    item.kind === 'image' ? photoFaults(item, index) : [],
  )
  return videos === 1 && media.length <= 2
    ? covers
    : [{ rule: 'media_count', field: 'media', words }]
}

const storyMedia = ({ media }: DraftForChannel): RuleFault[] => {
  const words = 'Facebook: a story is one picture or one video and nothing else.'
  const [item] = media
  if (!item || media.length !== 1) return [{ rule: 'media_count', field: 'media', words }]
  return item.kind === 'video' ? storyVideoFaults(item) : photoFaults(item, 0)
}

const storyText = ({ text }: DraftForChannel): RuleFault[] => {
  const words =
    'Facebook: a story has no text. Remove the text for this account, or put it into the picture.'
  return text.trim() === '' ? [] : [{ rule: 'story_text', field: 'text', words }]
}

const photoFaults = (media: MediaFacts, index: number): RuleFault[] => {
  const item = index + 1
  const fault = (rule: string, words: string): RuleFault => ({
    rule,
    field: 'media',
    item,
    words: `Facebook: picture ${item} ${words}`,
  })
  if (media.kind === 'video')
    return [fault('media_kind', 'is a video. A photo post can only have pictures.')]
  const faults: RuleFault[] = []
  if (!photoTypes.includes(media.contentType))
    faults.push(fault('photo_type', 'must be JPEG, PNG, GIF, BMP or TIFF.'))
  if (media.sizeBytes > largestPhotoBytes)
    faults.push(fault('photo_size', 'is larger than 10 MB. Upload a smaller one.'))
  return faults
}

const isWebAddress = (link: string): boolean => {
  if (!URL.canParse(link)) return false
  const { protocol, hostname } = new URL(link)
  return (protocol === 'https:' || protocol === 'http:') && hostname.includes('.')
}
