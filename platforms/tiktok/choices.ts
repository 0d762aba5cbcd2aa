import type { JsonRecord } from '../json.ts'
/**
 * A person's choices for one TikTok post. The keys are the form's field names. Only choices that
 * apply to the kind are stored.
 */
export type TiktokChoices = {
  /**
   * True to send a draft to the creator's inbox. Everything but the text is then chosen in TikTok's
   * app.
   */
  inbox: boolean
  privacyLevel: string
  allowComment: boolean
  allowDuet: boolean
  allowStitch: boolean
  disclose: boolean
  yourBrand: boolean
  brandedContent: boolean
  isAigc: boolean
  autoAddMusic: boolean
  photoTitle: string
  /** As typed, in seconds. Empty for the first frame. */
  coverSecond: string
  /** As typed: the position of a photo, from 1. Empty for the first. */
  coverPhoto: string
  /** When the person agreed to TikTok's terms for this post, and the wording they agreed to. */
  consentAt: string
  consentText: string
}

/**
 * TikTok's required text next to the button (content sharing guidelines, rule 11 of the fact
 * sheet).
 */
export const consentWords = {
  plain: "By posting, you agree to TikTok's Music Usage Confirmation",
  branded: "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation.",
  /** Our own text: TikTok requires one only for posts, but we send nothing without consent. */
  inbox: 'Send this to TikTok as a draft. You finish and post it in the TikTok app.',
}

/**
 * promise: D7: every choice is off or empty until the person makes it. Consent is stored with its
 * time and wording. It is not carried over: whoever edits the post must agree again.
 */
export const readChoices = (
  kind: string,
  fields: Record<string, string>,
  nowMs: number,
): JsonRecord => {
  const on = (field: string) => isOn(fields[field])
  const text = (field: string) => (fields[field] ?? '').trim()
  const disclose = on('disclose')
  const branded = disclose && on('branded_content')
  const agreed = on('consent')
  if (on('inbox')) return inboxChoices(kind, text, agreed ? new Date(nowMs).toISOString() : '')
  const common = {
    privacy_level: text('privacy_level'),
    allow_comment: on('allow_comment'),
    disclose,
    your_brand: disclose && on('your_brand'),
    branded_content: branded,
    is_aigc: on('is_aigc'),
    consent_at: agreed ? new Date(nowMs).toISOString() : '',
    consent_text: agreed ? consentWords[branded ? 'branded' : 'plain'] : '',
  }
  if (kind === 'photos') {
    return {
      ...common,
      photo_title: text('photo_title'),
      cover_photo: text('cover_photo'),
      auto_add_music: on('auto_add_music'),
    }
  }
  return {
    ...common,
    allow_duet: on('allow_duet'),
    allow_stitch: on('allow_stitch'),
    cover_second: text('cover_second'),
  }
}

/** TikTok drops all other choices of a draft, so they aren't stored. */
const inboxChoices = (
  kind: string,
  text: (field: string) => string,
  consentAt: string,
): JsonRecord => ({
  inbox: true,
  ...(kind === 'photos'
    ? { photo_title: text('photo_title'), cover_photo: text('cover_photo') }
    : {}),
  consent_at: consentAt,
  consent_text: consentAt === '' ? '' : consentWords.inbox,
})

const isOn = (value: string | undefined): boolean =>
  value === 'on' || value === 'true' || value === '1'

/** Reads stored settings. Missing choices are off or empty. */
export const choicesOf = (settings: JsonRecord): TiktokChoices => {
  const text = (key: string) => (typeof settings[key] === 'string' ? settings[key] : '')
  const on = (key: string) => settings[key] === true
  return {
    inbox: on('inbox'),
    privacyLevel: text('privacy_level'),
    allowComment: on('allow_comment'),
    allowDuet: on('allow_duet'),
    allowStitch: on('allow_stitch'),
    disclose: on('disclose'),
    yourBrand: on('your_brand'),
    brandedContent: on('branded_content'),
    isAigc: on('is_aigc'),
    autoAddMusic: on('auto_add_music'),
    photoTitle: text('photo_title'),
    coverSecond: text('cover_second'),
    coverPhoto: text('cover_photo'),
    consentAt: text('consent_at'),
    consentText: text('consent_text'),
  }
}

/**
 * Position of the cover frame in milliseconds. Null if none was chosen, NaN if the input is not a
 * number of seconds.
 */
export const coverMs = (choices: TiktokChoices): number | null => {
  if (choices.coverSecond === '') return null
  return /^\d{1,6}([.,]\d{1,3})?$/.test(choices.coverSecond)
    ? Math.round(Number(choices.coverSecond.replace(',', '.')) * 1000)
    : Number.NaN
}

/** Index of the cover photo, from 0. NaN if the input is not a position. */
export const coverIndex = (choices: TiktokChoices): number => {
  if (choices.coverPhoto === '') return 0
  return /^\d{1,2}$/.test(choices.coverPhoto) ? Number(choices.coverPhoto) - 1 : Number.NaN
}
