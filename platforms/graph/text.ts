/** Characters as people count them at Meta: code points, so that an emoji of one code point is one. */
export const countCharacters = (text: string): number => [...text].length

/** The form in which two texts are compared: Meta trims, folds line ends and may compose accents. */
export const normalizeText = (text: string): string => text.normalize('NFC').replace(/\s+/gu, ' ').trim()

export const countHashtags = (text: string): number => text.match(/#[\p{L}\p{N}_]+/gu)?.length ?? 0

/** `@name` at the start of a word: an address of mail is no mention. */
export const countMentions = (text: string): number => text.match(/(?<![\p{L}\p{N}_.])@[\p{L}\p{N}_.]+/gu)?.length ?? 0

/** `1 character`, `2,300 characters` */
export const countNumber = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
