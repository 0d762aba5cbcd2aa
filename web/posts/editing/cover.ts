import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import { type Edits, keptTime } from '../../../media/edits.ts'
import type { Composer } from '../composer.ts'
import type { PostForm } from '../post-form.ts'
import { coverChannels } from './page.ts'

// Platforms count the cover from the start of what is published; people choose it in the whole video.

/** The first account's cover as a time in the whole video, in milliseconds. Null if none has one. */
export const coverOf = (composer: Composer, media: ComposedMedia): number | null => {
  for (const { values } of coverChannels(composer, media)) {
    const ms = msOf(values.cover_second ?? '')
    if (ms !== null) return ms + startOf(media, media.edits)
  }
  return null
}

/**
 * The composer's form with these edits. A cover that the person changed is set for each account that
 * takes one. Otherwise each account keeps the frame that it had, or the nearest that is left.
 */
export const withEdits = (
  composer: Composer,
  form: PostForm,
  media: ComposedMedia,
  { edits, coverMs }: { edits: Edits | null; coverMs: number | null },
): PostForm => {
  const isChanged = coverMs !== coverOf(composer, media)
  const from = startOf(media, edits)
  const most = (keptTime(media, edits)?.endMs ?? media.durationMs ?? 0) - from
  const moved = (typed: string): string => {
    const ms = msOf(typed)
    if (ms === null) return typed
    const now = Math.min(most, Math.max(0, ms + startOf(media, media.edits) - from))
    return now === ms ? typed : secondsOf(now)
  }
  const covers = coverChannels(composer, media).map(({ channel: { id }, values }) => {
    const typed = values.cover_second ?? ''
    const chosen = coverMs === null ? '' : secondsOf(coverMs - from)
    return [id, { ...form.fields[id], cover_second: isChanged ? chosen : moved(typed) }]
  })
  return {
    ...form,
    media: form.media.map((one) => (one.id === media.id ? { ...one, edits } : one)),
    fields: { ...form.fields, ...Object.fromEntries(covers) },
  }
}

const startOf = (media: ComposedMedia, edits: Edits | null): number =>
  keptTime(media, edits)?.startMs ?? 0

const secondsOf = (ms: number): string => String(ms / 1_000)

/** Milliseconds of seconds as typed. Null if they are none. */
const msOf = (text: string): number | null =>
  /^\d{1,6}([.,]\d{1,3})?$/.test(text) ? Math.round(Number(text.replace(',', '.')) * 1_000) : null
