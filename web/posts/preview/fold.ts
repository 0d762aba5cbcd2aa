import type { TextFold } from '../../../platforms/post-preview.ts'
import { lettersOf } from '../../../text/formatters.ts'

/**
 * Where a text folds, in UTF-16 units. Null if it is shown whole. `before`: what stands before it in
 * its first line. Lines are estimated from typical widths of letters, because the server has no
 * fonts and people's differ; test/browser/previews measures how well.
 */
export const foldPosition = (text: string, fold: TextFold, before = ''): number | null => {
  const room = widthOf(`… ${fold.more}`)
  const line = { number: 1, width: widthOf(before), breakAt: 0, breakWidth: 0 }
  /** The last positions after which the words that open the rest still fit. */
  const fits = { word: 0, letter: 0 }
  let characters = 0
  let at = 0
  // It folds before more than these, and finding the letters of a long row of emojis takes quadratic time.
  for (const letter of lettersOf(text.slice(0, 2 * fold.characters + 2))) {
    characters += [...letter].length
    if (/^\r?\n$/.test(letter)) {
      if (line.number === fold.lines)
        return end(text, at) ? null : text.slice(0, at).trimEnd().length
      if (keepsRoom(line, fold, room)) fits.word = at
      Object.assign(line, { number: line.number + 1, width: 0, breakWidth: 0 })
    } else {
      if (/\s/u.test(letter)) {
        if (keepsRoom(line, fold, room)) fits.word = at
        line.breakWidth = line.width + letterWidth(letter)
      }
      line.width += letterWidth(letter)
      if (line.width > fold.lineWidth && !/\s/u.test(letter)) {
        if (line.number === fold.lines) return cut(text, fits)
        line.width = line.breakWidth > 0 ? line.width - line.breakWidth : letterWidth(letter)
        Object.assign(line, { number: line.number + 1, breakWidth: 0 })
      }
    }
    if (characters > fold.characters) return cut(text, fits)
    if (keepsRoom(line, fold, room)) fits.letter = at
    at += letter.length
  }
  return null
}

type Line = { number: number; width: number; breakWidth: number }

const keepsRoom = (line: Line, fold: TextFold, room: number): boolean =>
  line.number < fold.lines || line.width <= fold.lineWidth - room

/** Whether only white space follows. */
const end = (text: string, at: number): boolean => text.slice(at).trim() === ''

/** After a whole word, unless that leaves much of the room unused. Never inside of a letter. */
const cut = (text: string, fits: { word: number; letter: number }): number | null => {
  const at = fits.letter - fits.word > longWord ? fits.letter : fits.word
  return end(text, at) ? null : text.slice(0, at).trimEnd().length
}

/** UTF-16 units. */
const longWord = 24

const widthOf = (text: string): number =>
  [...lettersOf(text)].reduce((sum, letter) => sum + letterWidth(letter), 0)

/** In widths of a typical small letter. What is joined or combined with it has no width. */
const letterWidth = (letter: string): number =>
  widths.find(([pattern]) => pattern.test(String.fromCodePoint(letter.codePointAt(0) ?? 0)))?.[1] ??
  1

const widths: [RegExp, number][] = [
  [/^[a-eghknopqsuvxyz0-9]$/, 1],
  [/^[iljtfrI.,:;!'|()[\]\s]$/, 0.55],
  [/^[mwMW@%…—]$/, 1.5],
  [/^[\p{Extended_Pictographic}\p{Regional_Indicator}]$/u, 2.3],
  [/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u, 1.9],
  [/^\p{Lu}$/u, 1.25],
]
