import type { JsonRecord } from '../platform.ts'

/** What a person chose for one TikTok post. The keys are the form's field names; only what the kind knows is stored. */
export type Choices = {
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
  /** As typed, in seconds; empty for the first frame. */
  coverSecond: string
  /** As typed, the position of a photo from 1; empty for the first. */
  coverPhoto: string
  /** When the person agreed to TikTok's terms for this post, and to which words. */
  consentAt: string
  consentText: string
}

/** Words that TikTok prescribes beside the button (content sharing guidelines, rule 11 of the sheet). */
export const consentWords = {
  plain: "By posting, you agree to TikTok's Music Usage Confirmation",
  branded: "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation.",
}

/**
 * promise: D7: every choice is off or empty until the person makes it, and agreement is stored with its time and words.
 * Agreement itself is not a stored choice: whoever edits the post agrees anew.
 */
export const readChoices = (kind: string, fields: Record<string, string>, nowMs: number): JsonRecord => {
  const on = (field: string) => isOn(fields[field])
  const text = (field: string) => (fields[field] ?? '').trim()
  const disclose = on('disclose')
  const branded = disclose && on('branded_content')
  const agreed = on('consent')
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
    return { ...common, photo_title: text('photo_title'), cover_photo: text('cover_photo'), auto_add_music: on('auto_add_music') }
  }
  return { ...common, allow_duet: on('allow_duet'), allow_stitch: on('allow_stitch'), cover_second: text('cover_second') }
}

const isOn = (value: string | undefined): boolean => value === 'on' || value === 'true' || value === '1'

/** Stored settings → choices; what is missing counts as not chosen. */
export const choicesOf = (settings: JsonRecord): Choices => {
  const text = (key: string) => (typeof settings[key] === 'string' ? settings[key] : '')
  const on = (key: string) => settings[key] === true
  return {
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

/** Milliseconds of the cover frame; null when none was chosen, NaN when what was typed is not a number of seconds. */
export const coverMs = (choices: Choices): number | null => {
  if (choices.coverSecond === '') return null
  return /^\d{1,6}([.,]\d{1,3})?$/.test(choices.coverSecond)
    ? Math.round(Number(choices.coverSecond.replace(',', '.')) * 1000)
    : Number.NaN
}

/** Index of the cover photo from 0; NaN when what was typed is not a position. */
export const coverIndex = (choices: Choices): number => {
  if (choices.coverPhoto === '') return 0
  return /^\d{1,2}$/.test(choices.coverPhoto) ? Number(choices.coverPhoto) - 1 : Number.NaN
}
