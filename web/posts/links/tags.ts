import { z } from 'zod'
import { cleanLine } from '../../../text/clean-text.ts'
import { tinted } from '../preview/tint.ts'

/** Of one campaign tag. */
export const linkTagMaxCharacters = 100

const names = ['source', 'medium', 'campaign'] as const
/**
 * Campaign tags (UTM): they tell a website where a visitor came from. Empty values are left out.
 */
export type LinkTags = Record<(typeof names)[number], string>

const value = z
  .string()
  .transform((typed) => cleanLine(typed).trim())
  .pipe(z.string().max(linkTagMaxCharacters, `Use at most ${linkTagMaxCharacters} characters.`))

export const linkTagsIn = z.object({
  source: value.pipe(z.string().min(1, 'Enter a source, such as newsletter.')),
  medium: value,
  campaign: value,
})

/**
 * An address with these tags. Tags that it has already are replaced, and all else stays as it is.
 */
export const withTags = (address: string, tags: LinkTags): string => {
  const { page, query, fragment } = partsOf(address)
  const own = names
    .filter((name) => tags[name] !== '')
    .map((name) => `utm_${name}=${encoded(tags[name])}`)
  return join(page, [...query, ...own], fragment)
}

/** An address without its source, medium and campaign. One that has none stays as it is. */
export const withoutTags = (address: string): string => {
  const { page, query, fragment, hasTags } = partsOf(address)
  return hasTags ? join(page, query, fragment) : address
}

/** A text with every web address in it changed. */
export const withLinks = (text: string, change: (address: string) => string): string =>
  tinted(text, ['link'])
    .map((piece) => (piece.tint === 'link' ? change(piece.text) : piece.text))
    .join('')

/** `query`: its parts as they are, without our tags. */
const partsOf = (address: string) => {
  const [before = '', ...after] = address.split('#')
  const [page = '', ...queries] = before.split('?')
  const parts = queries.join('?').split('&')
  const query = parts.filter((part) => part !== '' && !isTag(part))
  return {
    page,
    query,
    hasTags: parts.some(isTag),
    fragment: after.length > 0 ? `#${after.join('#')}` : '',
  }
}

const isTag = (part: string): boolean =>
  names.some((name) => part.toLowerCase().split('=')[0] === `utm_${name}`)

const join = (page: string, query: string[], fragment: string): string =>
  `${page}${query.length > 0 ? `?${query.join('&')}` : ''}${fragment}`

/** Also what a text could read as the end of a sentence, which isn't part of its address. */
const encoded = (value: string): string =>
  encodeURIComponent(value).replace(
    /[!'()*]|\.$/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
