import { describe, expect, it } from 'vitest'
import type { Tint } from '../../../platforms/post-preview.ts'
import { splitAt, tinted } from '../../../web/posts/preview/tint.ts'

const all: Tint[] = ['hashtag', 'mention', 'link']
const found = (text: string, tints = all) =>
  tinted(text, tints).flatMap(({ text, tint }) => (tint ? [`${tint} ${text}`] : []))

describe('what is colored in a text', () => {
  it.each([
    [
      'Our #crateoftheweek with @amberline.band: five',
      ['hashtag #crateoftheweek', 'mention @amberline.band'],
    ],
    ['(#vinyl,#jazz)', ['hashtag #vinyl', 'hashtag #jazz']],
    [
      '#Überraschung #日本語 #été_2026',
      ['hashtag #Überraschung', 'hashtag #日本語', 'hashtag #été_2026'],
    ],
    ['#हिन्दी', ['hashtag #हिन्दी']],
    ['#1 in town, #2026 and a lone # or @', []],
    ['Ask ada@example.com or C#', []],
    ['Thanks @ada... and @ben!', ['mention @ada', 'mention @ben']],
    ['See https://northside.example/a?b=1#part.', ['link https://northside.example/a?b=1#part']],
    [
      '(www.northside.example) or northside.example/gift',
      ['link www.northside.example', 'link northside.example/gift'],
    ],
    ['Buy 1.5/2 of it, and/or e.g./i.e. nothing', []],
    ['javascript:alert(1)//http', []],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected)
  })

  it('is only what the platform colors', () => {
    expect(found('#a @b https://c.example', ['mention'])).toEqual(['mention @b'])
  })

  it('never changes the text', () => {
    for (const text of [
      '',
      '\n#a\n@b',
      '<b>#x</b> & "https://y.example/<script>"',
      '\ud800#\udfff@',
    ])
      expect(
        tinted(text, all)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
  })

  it('is found in linear time, whatever somebody pastes', () => {
    const hostile = [
      '#',
      '@',
      '@a.',
      '#a',
      'www.',
      'https://',
      'a.',
      'a-',
      'a.b/',
      '.',
      ')',
      '#1',
      '&#a',
    ]
    for (const part of hostile) {
      const timeOf = (length: number) => {
        const text = part.repeat(length / part.length)
        const began = performance.now()
        tinted(text, all)
        return performance.now() - began
      }
      timeOf(10_000)
      expect([part, timeOf(400_000) < 1_500]).toEqual([part, true])
    }
  })

  it('can be cut at any position', () => {
    const pieces = tinted('Our #vinyl here', all)
    expect(splitAt(pieces, 7)).toEqual([
      [{ text: 'Our ' }, { text: '#vi', tint: 'hashtag' }],
      [{ text: 'nyl', tint: 'hashtag' }, { text: ' here' }],
    ])
    expect(splitAt(pieces, 0)).toEqual([[], pieces])
    expect(splitAt(pieces, 99)).toEqual([pieces, []])
  })
})
