import type { Tint } from '../../../platforms/post-preview.ts'

/** A part of a text, and what it is. Without `tint`, it is plain. */
export type Piece = { text: string; tint?: Tint }

/**
 * Hashtags and mentions begin after something that is no letter or digit, so that an email address
 * has no mention. An address without a scheme needs a path, as in northside.example/gift.
 */
const special =
  /(?<![\p{L}\p{N}_&])[#＃][\p{L}\p{M}\p{N}_]+|(?<![\p{L}\p{N}_.])@[a-z0-9_.]+|(?<![\p{L}\p{N}_])(?:https?:\/\/|www\.)\S+|(?<![\p{L}\p{N}_@./-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}\/\S*/giu

/** The text in parts whose texts together are the text again. Takes linear time. */
export const tinted = (text: string, tints: Tint[]): Piece[] => {
  const pieces: Piece[] = []
  let plainFrom = 0
  for (const match of text.matchAll(special)) {
    const found = withoutEnd(match[0])
    const tint = tintOf(found)
    if (tint === null || !tints.includes(tint)) continue
    if (match.index > plainFrom) pieces.push({ text: text.slice(plainFrom, match.index) })
    pieces.push({ text: found, tint })
    plainFrom = match.index + found.length
  }
  if (plainFrom < text.length) pieces.push({ text: text.slice(plainFrom) })
  return pieces
}

/** Null for a # or @ that is none: #1 is a number, and of "@." nothing is left. */
const tintOf = (found: string): Tint | null => {
  if (found.startsWith('@')) return found.length > 1 ? 'mention' : null
  if (!/^[#＃]/.test(found)) return 'link'
  return /[^\p{N}#＃]/u.test(found) ? 'hashtag' : null
}

const endOfSentence = new Set('.,;:!?)]}>\'"”’»…')

/** Without the punctuation of the sentence around it. */
const withoutEnd = (found: string): string => {
  let end = found.length
  while (end > 1 && endOfSentence.has(found[end - 1] ?? '')) end -= 1
  return found.slice(0, end)
}

/** The pieces before and after a position in their text. */
export const splitAt = (pieces: Piece[], position: number): [Piece[], Piece[]] => {
  const before: Piece[] = []
  const after: Piece[] = []
  let from = 0
  for (const piece of pieces) {
    const cut = Math.min(Math.max(position - from, 0), piece.text.length)
    if (cut > 0) before.push({ ...piece, text: piece.text.slice(0, cut) })
    if (cut < piece.text.length) after.push({ ...piece, text: piece.text.slice(cut) })
    from += piece.text.length
  }
  return [before, after]
}
