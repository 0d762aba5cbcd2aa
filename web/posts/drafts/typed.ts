import type { TypedForm } from '../../../db/posts/drafts/versions.ts'
import type { PostForm } from '../post-form.ts'

/** What a person typed and chose, without what every render of the form changes. */
export const typedOf = (form: PostForm): TypedForm => ({
  text: form.text,
  link: form.link,
  variants: filled(form.variants),
  channels: form.channels,
  kinds: filled(form.kinds),
  fields: Object.fromEntries(
    Object.entries(form.fields)
      .map(([channel, fields]) => [channel, filled(fields)] as const)
      .filter(([, fields]) => Object.keys(fields).length > 0),
  ),
  ...(form.labels.length > 0 ? { labels: form.labels } : {}),
  ...(form.note ? { note: form.note } : {}),
  media: form.media.map((one) => ({ ...one, altText: one.altText ?? '' })),
  time: form.time,
  fold: form.fold,
  zone: form.zone,
  ...(form.repeat ? { repeat: form.repeat } : {}),
})

/** A field that was never shown means the same as an empty one. */
const filled = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
