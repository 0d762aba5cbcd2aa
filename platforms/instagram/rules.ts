import { type CommentLimits, firstCommentFaults } from '../graph/comment-rules.ts'
import { countCharacters, countHashtags, countMentions, countNumber } from '../graph/text.ts'
import type { DraftForChannel, RuleFault } from '../platform.ts'
import { altTextFaults, imageFaults, itemVideoFaults } from './media-rules.ts'
import { optionFaults } from './options.ts'

/** From Meta's content publishing guide. */
export const captionLimit = 2_200
const mostHashtags = 30
const mostMentions = 20
/** Assumes the caption's limits. Meta's documentation gives none for comments. */
export const instagramCommentLimits: CommentLimits = {
  label: 'Instagram',
  characters: captionLimit,
  hashtags: mostHashtags,
  mentions: mostMentions,
  scope: 'instagram_manage_comments',
}
const carouselItems = { least: 2, most: 10 }

/**
 * Checks a post against every Instagram rule that can be checked before sending. That Instagram
 * crops a carousel to its first item is not an error.
 */
export const checkInstagramDraft = (draft: DraftForChannel): RuleFault[] => {
  const rulesOfKind = kindRules[draft.kind]
  if (!rulesOfKind)
    return [
      {
        rule: 'kind',
        field: 'kind',
        words: `Instagram: there is no post type named ${draft.kind}.`,
      },
    ]
  return [
    ...captionFaults(draft),
    ...linkFaults(draft),
    ...rulesOfKind(draft),
    ...optionFaults(draft),
    ...firstCommentFaults(draft, instagramCommentLimits),
  ]
}

const kindRules: Record<string, (draft: DraftForChannel) => RuleFault[]> = {
  image: (draft) => [...exactlyOne(draft, 'image'), ...draft.media.flatMap(imageRules)],
  carousel: (draft) => [...carouselCount(draft), ...draft.media.flatMap(carouselRules)],
  reel: (draft) => [...oneVideoAndCover(draft), ...draft.media.flatMap(reelRules)],
  story: (draft) => [
    ...exactlyOne(draft, 'any'),
    ...storyText(draft),
    ...draft.media.flatMap(storyRules),
  ],
}

type ItemRules = (media: DraftForChannel['media'][number], index: number) => RuleFault[]

const imageRules: ItemRules = (media, index) =>
  media.kind === 'image'
    ? [...imageFaults(media, index + 1), ...altTextFaults(media, index + 1)]
    : []

const carouselRules: ItemRules = (media, index) =>
  media.kind === 'image' ? imageRules(media, index) : itemVideoFaults(media, index + 1, 'carousel')

const reelRules: ItemRules = (media, index) =>
  media.kind === 'video' ? itemVideoFaults(media, index + 1, 'reel') : imageFaults(media, index + 1)

const storyRules: ItemRules = (media, index) =>
  media.kind === 'video'
    ? itemVideoFaults(media, index + 1, 'story')
    : imageFaults(media, index + 1)

const captionFaults = ({ kind, text }: DraftForChannel): RuleFault[] => {
  if (kind === 'story') return []
  const [over, hashtags, mentions] = [
    countCharacters(text) - captionLimit,
    countHashtags(text),
    countMentions(text),
  ]
  const fault = (rule: string, words: string): RuleFault => ({
    rule,
    field: 'text',
    words: `Instagram: ${words}`,
  })
  const faults: RuleFault[] = []
  if (over > 0)
    faults.push(
      fault(
        'caption_length',
        `the text is ${countNumber(over, 'character')} too long. The limit is 2,200.`,
      ),
    )
  if (hashtags > mostHashtags)
    faults.push(
      fault('hashtags', `the text has ${hashtags} hashtags. The limit is ${mostHashtags}.`),
    )
  if (mentions > mostMentions)
    faults.push(
      fault('mentions', `the text mentions ${mentions} accounts. The limit is ${mostMentions}.`),
    )
  return faults
}

const storyText = ({ text }: DraftForChannel): RuleFault[] => {
  const words =
    'Instagram: a story has no text. Remove the text for this account, or put it into the picture.'
  return text.trim() === '' ? [] : [{ rule: 'story_text', field: 'text', words }]
}

const linkFaults = ({ link }: DraftForChannel): RuleFault[] => {
  const words =
    'Instagram: a post has no link. Remove it for this account, or write the address in the text.'
  return link ? [{ rule: 'link', field: 'link', words }] : []
}

const exactlyOne = (
  { kind, media }: DraftForChannel,
  wanted: 'image' | 'video' | 'any',
): RuleFault[] => {
  const [first] = media
  if (first && media.length === 1 && (wanted === 'any' || first.kind === wanted)) return []
  const what = { image: 'one picture', video: 'one video', any: 'one picture or one video' }[wanted]
  const words = `Instagram: ${kind === 'image' ? 'a picture post' : `a ${kind}`} is ${what} and nothing else.`
  return [{ rule: 'media_count', field: 'media', words }]
}

/** One video. A picture next to it is its cover. */
const oneVideoAndCover = ({ media }: DraftForChannel): RuleFault[] => {
  const videos = media.filter((item) => item.kind === 'video').length
  if (videos === 1 && media.length <= 2) return []
  const words = 'Instagram: a reel is one video, and optionally one picture as the cover.'
  return [{ rule: 'media_count', field: 'media', words }]
}

const carouselCount = ({ media }: DraftForChannel): RuleFault[] => {
  const { least, most } = carouselItems
  const words = `Instagram: a carousel has ${least} to ${most} pictures or videos, and you added ${media.length}.`
  return media.length >= least && media.length <= most
    ? []
    : [{ rule: 'media_count', field: 'media', words }]
}
