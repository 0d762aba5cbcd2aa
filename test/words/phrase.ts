/** A piece of a phrase: words, a value that is filled in, or one of several phrases. */
type Piece = string | { hole: string } | { oneOf: Phrase[] }
/** What people read in one place, with the values that are only known later. */
export type Phrase = Piece[]

/** As it is printed: `Sent to {count} [account|accounts]`. */
export const printed = (phrase: Phrase): string =>
  phrase
    .map((piece) =>
      typeof piece === 'string'
        ? piece
        : 'hole' in piece
          ? `{${piece.hole}}`
          : `[${piece.oneOf.map(printed).join('|')}]`,
    )
    .join('')
    .replace(/\s+/g, ' ')
    .trim()

/** Only the words, without the values. */
const wordsOf = (phrase: Phrase): string =>
  phrase
    .map((piece) =>
      typeof piece === 'string'
        ? piece
        : 'hole' in piece
          ? ' '
          : piece.oneOf.map(wordsOf).join(' '),
    )
    .join('')

const isSpoken = /\p{L}\p{L}/u

/** Whether there is a word in it. */
export const hasWords = (phrase: Phrase): boolean => isSpoken.test(wordsOf(phrase))
