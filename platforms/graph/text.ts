import { numberFormat } from '../../text/formatters.ts'

/** Characters as Meta counts them: code points, so a simple emoji counts as one. */
export const countCharacters = (text: string): number => [...text].length

/**
 * Normalizes text for comparison, because Meta trims text, changes line endings and may compose
 * accents.
 */
export const normalizeText = (text: string): string =>
  text.normalize('NFC').replace(/\s+/gu, ' ').trim()

export const countHashtags = (text: string): number => text.match(/#[\p{L}\p{N}_]+/gu)?.length ?? 0

/** `@name` at the start of a word, so email addresses don't count. */
export const countMentions = (text: string): number =>
  text.match(/(?<![\p{L}\p{N}_.])@[\p{L}\p{N}_.]+/gu)?.length ?? 0

/** Such as `1 character` or `2,300 characters`. */
export const countNumber = (count: number, noun: string): string =>
  `${numberFormat().format(count)} ${noun}${count === 1 ? '' : 's'}`
