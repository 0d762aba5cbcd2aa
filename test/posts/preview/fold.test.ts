import { describe, expect, it } from 'vitest'
import { foldPosition } from '../../../web/posts/preview/fold.ts'

const fold = { lines: 3, lineWidth: 40, characters: 125, more: 'more' }
const shown = (text: string, more = {}, before = '') => {
  const at = foldPosition(text, { ...fold, ...more }, before)
  return at === null ? null : text.slice(0, at)
}

describe('where a text folds', () => {
  it('is nowhere if all of it fits', () => {
    for (const text of ['', 'Short', 'one\ntwo\nthree', 'one\ntwo\nthree\n\n', 'x'.repeat(100)])
      expect([text, shown(text)]).toEqual([text, null])
  })

  it('is after the last line, without empty lines at its end', () => {
    expect(shown('one\ntwo\nthree\nfour')).toBe('one\ntwo\nthree')
    expect(shown('one\ntwo\n\nfour')).toBe('one\ntwo')
  })

  it('is after so many characters, at the end of a word', () => {
    const text = 'five '.repeat(40)
    const part = shown(text, { lines: 99 }) ?? ''
    expect(part.length).toBeLessThanOrEqual(125)
    expect(part.length).toBeGreaterThan(110)
    expect(part.endsWith('five')).toBe(true)
  })

  it('is earlier if the account’s name is in the first line', () => {
    const text = 'word '.repeat(60)
    const alone = shown(text, { characters: 999 }) ?? ''
    const named = shown(text, { characters: 999 }, 'northsiderecords ') ?? ''
    expect(alone.length - named.length).toBeGreaterThan(8)
  })

  it('is inside of a word that is longer than a line, and never inside of a letter', () => {
    for (const letter of ['👨‍👩‍👧‍👦', '🇨🇭', 'e\u0301']) {
      const part = shown(letter.repeat(600), { lines: 1, characters: 9_999 }) ?? ''
      expect(part.length).toBeGreaterThan(0)
      expect(part.replaceAll(letter, '')).toBe('')
    }
    expect(shown('x'.repeat(500))?.length).toBeGreaterThan(60)
  })

  it('comes sooner in scripts with wide letters', () => {
    const latin = shown('abcdefghij'.repeat(30), { characters: 999 }) ?? ''
    const han = shown('日本語の唱片'.repeat(30), { characters: 999 }) ?? ''
    expect(latin.length / han.length).toBeGreaterThan(1.5)
  })

  it('is found at once, however long the text is', () => {
    for (const part of ['a', ' ', '\n', 'a ', '👨‍👩‍👧‍👦', '\u0301']) {
      const text = `${part.repeat(100_000)}end`
      const began = performance.now()
      const at = foldPosition(text, { ...fold, lines: 1e9, characters: 477 })
      expect([part, at === null, performance.now() - began < 1_000]).toEqual([part, false, true])
    }
  })
})
