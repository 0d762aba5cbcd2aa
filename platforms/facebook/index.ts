import { metaNoteOnDraft } from '../graph/app-note.ts'
import { createGraph, type MetaSettings } from '../graph/client.ts'
import { readFirstComment } from '../graph/comment-rules.ts'
import { createGraphRemover } from '../graph/remove.ts'
import type { DraftForChannel, Platform } from '../platform.ts'
import type { PostKind } from '../post-kind.ts'
import { createFacebookMeasurer } from './measure.ts'
import { facebookPreviewDetails, readFacebookOptions } from './options.ts'
import { pageToken } from './page.ts'
import { facebookPreviews } from './previews.ts'
import { createFacebookPublisher } from './publish.ts'
import { checkFacebookDraft, facebookCommentLimits, textLimit } from './rules.ts'
import { isReelLong, isReelShaped } from './video-rules.ts'

export const createFacebook = (settings: MetaSettings): Platform => ({
  name: 'facebook',
  label: 'Facebook',
  mark: 'facebook',
  issuer: 'meta',
  kinds,
  check: checkFacebookDraft,
  noteOnApp: () => metaNoteOnDraft(settings),
  suggestKind,
  readSettings: (kind, fields) => ({
    ...readFacebookOptions(kind, fields),
    ...(kind === 'story' ? {} : readFirstComment(fields)),
  }),
  fieldsView: 'facebook/fields.eta',
  fieldLimits: { first_comment: facebookCommentLimits.characters },
  postIdIn,
  pictureFor: () => ({ box: { width: 2048, height: 2048 }, maxBytes: 4_000_000 }), // what Facebook keeps
  previewDetails: facebookPreviewDetails,
  publish: createFacebookPublisher(createGraph(settings)),
  measure: createFacebookMeasurer(createGraph(settings)),
  remove: createGraphRemover(createGraph(settings), {
    // The documentation doesn't say how a story is deleted.
    kinds: ['text', 'link', 'photo', 'photos', 'video', 'reel'],
    scopes: ['pages_manage_posts', 'pages_read_engagement'],
    tokenOf: pageToken,
  }),
  removeByHand: [
    'Open the post on Facebook, as the Page.',
    'Open the menu with the three dots (…) at its top.',
    'Choose to delete it or to move it to the trash, and confirm.',
  ],
})

/**
 * Ids of Page posts are `<page>_<post>`, and URLs contain the second half. A video's URL contains
 * the video id, not the post id.
 */
const postIdIn = (pasted: string, accountId: string): string | null => {
  if (/^\d+_\d+$/.test(pasted)) return pasted
  const post = pasted.match(
    /^(\d+)$|\/posts\/(?:[^/?#]*?[/-])?(\d+)\/?(?:[?#]|$)|[?&]story_fbid=(\d+)/,
  )
  const id = post?.slice(1).find((part) => part !== undefined)
  return id ? `${accountId}_${id}` : null
}

const minute = 60_000

const fullScreen = { best: '9:16', words: 'Facebook shows it full screen: 9:16 leaves no bars.' }

const kinds: PostKind[] = [
  {
    name: 'text',
    label: 'Text',
    prepareAheadMs: 10 * minute,
    isReadyAtOnce: true,
    textLimit,
    preview: facebookPreviews.text,
  },
  {
    name: 'link',
    label: 'Link',
    prepareAheadMs: 10 * minute,
    isReadyAtOnce: true,
    textLimit,
    preview: facebookPreviews.link,
  },
  {
    name: 'photo',
    label: 'Photo',
    prepareAheadMs: 15 * minute,
    textLimit,
    preview: facebookPreviews.photo,
  },
  {
    name: 'photos',
    label: 'Photos',
    prepareAheadMs: 15 * minute,
    textLimit,
    preview: facebookPreviews.photos,
  },
  {
    name: 'video',
    label: 'Video',
    prepareAheadMs: 30 * minute,
    textLimit,
    preview: facebookPreviews.video,
  },
  {
    name: 'reel',
    label: 'Reel',
    prepareAheadMs: 30 * minute,
    textLimit,
    preview: facebookPreviews.reel,
    shape: fullScreen,
  },
  {
    name: 'story',
    label: 'Story',
    prepareAheadMs: 30 * minute,
    textLimit: 0,
    preview: facebookPreviews.story,
    shape: fullScreen,
  },
]

const suggestKind = ({ link, media }: Pick<DraftForChannel, 'text' | 'link' | 'media'>): string => {
  const [first] = media
  if (!first) return link ? 'link' : 'text'
  if (first.kind === 'video') return isReelShaped(first) && isReelLong(first) ? 'reel' : 'video'
  return media.length === 1 ? 'photo' : 'photos'
}
