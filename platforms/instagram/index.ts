import { metaNoteOnDraft } from '../graph/app-note.ts'
import { createGraph, type MetaSettings } from '../graph/client.ts'
import { readFirstComment } from '../graph/comment-rules.ts'
import { createGraphRemover } from '../graph/remove.ts'
import type { DraftForChannel, Platform } from '../platform.ts'
import type { PostKind } from '../post-kind.ts'
import { createInstagramMeasurer } from './measure.ts'
import { barsNote, feedPicture, feedShape } from './media-rules.ts'
import { readInstagramOptions } from './options.ts'
import { instagramPreviewDetails, instagramPreviews } from './previews.ts'
import { createInstagramPublisher } from './publish.ts'
import { captionLimit, checkInstagramDraft, instagramCommentLimits } from './rules.ts'

/** Instagram professional accounts that are linked to a Facebook Page. */
export const createInstagram = (settings: MetaSettings): Platform => ({
  name: 'instagram',
  label: 'Instagram',
  mark: 'instagram',
  issuer: 'meta',
  needsDataAccess: true, // Meta: instagram_* permissions end after `dataAccessDays`, Page permissions don't
  kinds,
  check: checkInstagramDraft,
  noteOnApp: () => metaNoteOnDraft(settings),
  suggestKind,
  readSettings: (kind, fields) => ({
    ...readInstagramOptions(kind, fields),
    ...(kind === 'story' ? {} : readFirstComment(fields)),
  }),
  fieldsView: 'instagram/fields.eta',
  fieldLimits: { first_comment: instagramCommentLimits.characters },
  postIdIn: (pasted) => (/^\d+$/.test(pasted) ? pasted : null), // URLs contain a code, not the id
  pictureFor: feedPicture,
  noteOnMedia: barsNote,
  previewDetails: instagramPreviewDetails,
  profileGrid: { without: ['story'] },
  publish: createInstagramPublisher(createGraph(settings)),
  measure: createInstagramMeasurer(createGraph(settings)),
  remove: createGraphRemover(createGraph(settings), {
    // The documentation doesn't say that a story can be deleted.
    kinds: ['image', 'carousel', 'reel'],
    scopes: ['instagram_basic', 'instagram_manage_contents'],
    tokenOf: ({ account }) => account.grantToken,
  }),
  removeByHand: [
    'Open the post in the Instagram app.',
    'Tap the three dots (…) at its top.',
    'Tap Delete, and confirm.',
  ],
})

const minute = 60_000

const feed = {
  best: '4:5',
  ...feedShape,
  outside: 'Bars on Instagram',
  words: 'Instagram takes 4:5 to 1.91:1. 4:5 is the tallest and fills the most screen.',
}
// All pictures of a carousel are shown in the shape of the first one.
const carousel = { ...feed, outside: 'Cut on Instagram' }
const fullScreen = { best: '9:16', words: 'Instagram shows it full screen: 9:16 leaves no bars.' }

const kinds: PostKind[] = [
  {
    name: 'image',
    label: 'Picture',
    prepareAheadMs: 15 * minute,
    textLimit: captionLimit,
    preview: instagramPreviews.image,
    shape: feed,
  },
  {
    name: 'carousel',
    label: 'Carousel',
    prepareAheadMs: 15 * minute,
    textLimit: captionLimit,
    preview: instagramPreviews.carousel,
    shape: carousel,
  },
  {
    name: 'reel',
    label: 'Reel',
    prepareAheadMs: 30 * minute,
    textLimit: captionLimit,
    preview: instagramPreviews.reel,
    shape: fullScreen,
    hasCoverSecond: true,
  },
  {
    name: 'story',
    label: 'Story',
    prepareAheadMs: 15 * minute,
    textLimit: 0,
    preview: instagramPreviews.story,
    shape: fullScreen,
  },
]

const suggestKind = ({ media }: Pick<DraftForChannel, 'text' | 'link' | 'media'>): string => {
  if (media.length > 1) return 'carousel'
  return media[0]?.kind === 'video' ? 'reel' : 'image'
}
