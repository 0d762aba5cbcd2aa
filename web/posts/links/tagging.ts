import { firstCommentField } from '../../../platforms/first-comment.ts'
import type { PostForm } from '../post-form.ts'
import { type LinkTags, withLinks, withoutTags, withTags } from './tags.ts'

/** The longest address that the form takes. */
const addressMax = 2_000

/** Field of the composer's form → its text with the links changed. */
type Changed = Record<string, string>

/**
 * The form with these tags on all links of the post: the link itself, and those in its texts and
 * first comments. Null: without tags. `changed`: the fields that are different now.
 */
export const tagged = (
  form: PostForm,
  tags: LinkTags | null,
): { form: PostForm; changed: Changed } => {
  const changed: Changed = {}
  const change = (address: string): string => {
    const to = tags ? withTags(address, tags) : withoutTags(address)
    return to.length > addressMax ? address : to
  }
  const field = (name: string, text: string, to: string): string => {
    if (text !== to) changed[name] = to
    return to
  }
  const text = (name: string, words: string) => field(name, words, withLinks(words, change))
  const variants = Object.entries(form.variants).map(
    ([name, words]) => [name, text(`variant.${name}`, words)] as const,
  )
  const fields = Object.entries(form.fields).map(([channel, own]) => {
    const comment = own[firstCommentField]
    if (comment === undefined) return [channel, own] as const
    const words = text(`${channel}.${firstCommentField}`, comment)
    return [channel, { ...own, [firstCommentField]: words }] as const
  })
  return {
    form: {
      ...form,
      text: text('text', form.text),
      link: form.link && field('link', form.link, change(form.link)),
      variants: Object.fromEntries(variants),
      fields: Object.fromEntries(fields),
    },
    changed,
  }
}
