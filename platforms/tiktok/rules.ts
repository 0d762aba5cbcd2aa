import type { DraftForChannel, MediaFacts, RuleFault } from '../platform.ts'
import { choicesOf, coverIndex, coverMs, type TiktokChoices } from './choices.ts'
import { type Creator, readFacts } from './creator.ts'
import { checkImage, tiktokVideoFaults } from './media-rules.ts'

/** In UTF-16 units, as TikTok counts (JavaScript's `.length`). */
export const textLimits = { video: 2200, photos: 4000, photoTitle: 90 }
const photosMax = 35

/** Every error that can be found without asking TikTok. promise: D7 */
export const checkDraft = (draft: DraftForChannel): RuleFault[] => {
  if (draft.kind !== 'video' && draft.kind !== 'photos') {
    return [{ rule: 'kind', field: 'kind', words: 'TikTok accepts a video or photos. Choose one.' }]
  }
  const choices = choicesOf(draft.settings)
  const facts = readFacts(draft.accountFacts)
  const creator = facts && facts.blocked === null ? facts : null
  if (choices.inbox)
    return [
      ...checkText(draft, choices),
      ...checkMedia(draft, choices, null),
      ...checkInbox(draft, choices),
    ]
  const faults = [
    ...checkText(draft, choices),
    ...checkMedia(draft, choices, creator),
    ...checkChoices(choices),
  ]
  if (facts?.blocked) faults.unshift(fault('account_blocked', 'privacy_level', facts.blocked))
  if (creator) faults.push(...checkOffered(draft.kind, choices, creator))
  return faults
}

const fault = (rule: string, setting: string, words: string): RuleFault => ({
  rule,
  field: 'settings',
  setting,
  words,
})

const longestInboxMs = 10 * 60_000

/** Rules for drafts. Visibility and other options are chosen in TikTok's app. */
const checkInbox = (
  { kind, media, granted }: DraftForChannel,
  choices: TiktokChoices,
): RuleFault[] => {
  const faults: RuleFault[] = []
  if (granted && !granted.includes('video.upload')) {
    const words =
      'The connection lacks the permission to send drafts. Reconnect the account, or post directly.'
    faults.push(fault('inbox_permission', 'inbox', words))
  }
  if (kind === 'video' && (media[0]?.durationMs ?? 0) > longestInboxMs) {
    const words = 'TikTok accepts drafts of up to 10 minutes. This video is longer.'
    faults.push({ rule: 'duration', field: 'media', item: 1, words })
  }
  if (choices.consentAt === '')
    faults.push(
      fault(
        'consent_missing',
        'consent',
        'Confirm that you agree. Nothing is sent to TikTok before that.',
      ),
    )
  return faults
}

const checkText = (draft: DraftForChannel, choices: TiktokChoices): RuleFault[] => {
  const faults: RuleFault[] = []
  const limit = draft.kind === 'video' ? textLimits.video : textLimits.photos
  if (draft.text.length > limit) {
    const words = `TikTok accepts ${limit} characters. This text has ${draft.text.length}.`
    faults.push({ rule: 'text_length', field: 'text', words })
  }
  if (draft.kind === 'photos' && choices.photoTitle.length > textLimits.photoTitle) {
    const words = `TikTok accepts titles of ${textLimits.photoTitle} characters. This one has ${choices.photoTitle.length}.`
    faults.push(fault('title_length', 'photo_title', words))
  }
  if (draft.link !== null && draft.link !== '') {
    const words = 'TikTok has no place for a link. Remove it, or leave TikTok out of this post.'
    faults.push({ rule: 'no_link', field: 'link', words })
  }
  return faults
}

const checkMedia = (
  draft: DraftForChannel,
  choices: TiktokChoices,
  creator: Creator | null,
): RuleFault[] =>
  draft.kind === 'video'
    ? checkVideoPost(draft.media, choices, creator)
    : checkPhotoPost(draft.media, choices)

const checkVideoPost = (
  media: MediaFacts[],
  choices: TiktokChoices,
  creator: Creator | null,
): RuleFault[] => {
  const video = media[0]
  if (media.length !== 1 || video?.kind !== 'video') {
    return [
      {
        rule: 'one_video',
        field: 'media',
        words: 'A TikTok video post takes exactly one video and nothing else.',
      },
    ]
  }
  const faults = tiktokVideoFaults(video, creator?.maxDurationSec ?? null)
  const coverAtMs = coverMs(choices)
  if (coverAtMs !== null && !(coverAtMs <= (video.durationMs ?? Number.POSITIVE_INFINITY))) {
    faults.push(
      fault(
        'cover_second',
        'cover_second',
        'The cover is a time in the video, in seconds from its start, such as 1.5.',
      ),
    )
  }
  return faults
}

const checkPhotoPost = (media: MediaFacts[], choices: TiktokChoices): RuleFault[] => {
  if (media.length === 0)
    return [{ rule: 'photo_count', field: 'media', words: 'Add at least one photo.' }]
  const faults = media.flatMap((item, index) => checkImage(item, index + 1))
  if (media.length > photosMax) {
    faults.push({
      rule: 'photo_count',
      field: 'media',
      words: `TikTok accepts at most ${photosMax} photos, and you added ${media.length}.`,
    })
  }
  const cover = coverIndex(choices)
  if (!(cover >= 0 && cover < media.length)) {
    faults.push(
      fault(
        'cover_photo',
        'cover_photo',
        `The cover is the number of a photo, from 1 to ${media.length}.`,
      ),
    )
  }
  return faults
}

/** Choices that are required for any account (content sharing guidelines). */
const checkChoices = (choices: TiktokChoices): RuleFault[] => {
  const faults: RuleFault[] = []
  if (choices.privacyLevel === '')
    faults.push(fault('privacy_missing', 'privacy_level', 'Choose who can see the post.'))
  if (choices.disclose && !choices.yourBrand && !choices.brandedContent) {
    const words = 'You need to indicate if your content promotes yourself, a third party, or both.'
    faults.push(fault('disclosure_undecided', 'disclose', words))
  }
  if (choices.brandedContent && choices.privacyLevel === 'SELF_ONLY') {
    faults.push(
      fault(
        'branded_private',
        'privacy_level',
        'Branded content visibility cannot be set to private.',
      ),
    )
  }
  if (choices.brandedContent && choices.privacyLevel === 'FOLLOWER_OF_CREATOR') {
    const words = 'Branded content can be shown to everyone or to friends, not to followers only.'
    faults.push(fault('branded_followers', 'privacy_level', words))
  }
  if (choices.consentAt === '') {
    faults.push(
      fault(
        'consent_missing',
        'consent',
        'Confirm that you agree to TikTok’s terms. Nothing is sent to TikTok before that.',
      ),
    )
  }
  return faults
}

/**
 * Checks the choices against what TikTok currently offers this creator. Runs again right before
 * sending.
 */
export const checkOffered = (
  kind: string,
  choices: TiktokChoices,
  creator: Creator,
): RuleFault[] => {
  const faults: RuleFault[] = []
  if (choices.privacyLevel !== '' && !creator.privacyOptions.includes(choices.privacyLevel)) {
    const words =
      'TikTok doesn’t offer this visibility for the account. Choose again who can see the post.'
    faults.push(fault('privacy_not_offered', 'privacy_level', words))
  }
  const off = (what: string) => `${what} are turned off in the TikTok settings of this account.`
  if (choices.allowComment && creator.commentDisabled)
    faults.push(fault('comment_off', 'allow_comment', off('Comments')))
  if (kind === 'photos') return faults
  if (choices.allowDuet && creator.duetDisabled)
    faults.push(fault('duet_off', 'allow_duet', off('Duets')))
  if (choices.allowStitch && creator.stitchDisabled)
    faults.push(fault('stitch_off', 'allow_stitch', off('Stitches')))
  return faults
}
