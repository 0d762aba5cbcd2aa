import { parseHTML } from 'linkedom'
import { expect, it } from 'vitest'
import { renderEmail } from '../../activities/mail/render.ts'
import { at, everyLetter } from './samples.ts'

const letters = Object.entries(await everyLetter()).map(([name, letter]) => {
  const { html, text, pictures = [] } = renderEmail(letter, at)
  const { document } = parseHTML(html)
  for (const unseen of document.querySelectorAll('style, title, [aria-hidden]')) unseen.remove()
  return { name, letter, html, text, pictures, document }
})

/** In one line, without the dashes of lists. */
const flat = (text: string): string => text.replace(/^- /gm, '').replace(/\s+/g, ' ').trim()

it.each(letters)('$name says the same in both bodies', ({ letter, text, document }) => {
  const shown = flat(document.body.textContent ?? '')
  for (const node of document.querySelectorAll('h1, p, a, span, td:not(:has(*))'))
    expect(flat(text)).toContain(flat(node.childNodes[0]?.textContent ?? ''))
  for (const link of document.querySelectorAll('a'))
    expect(text).toContain(`${link.textContent?.trim()}: ${link.getAttribute('href')}`)
  for (const line of text.split('\n').filter(Boolean))
    for (const piece of line.replace(/^- /, '').split(/ · |: |https?:\S+/))
      expect(shown).toContain(flat(piece))
  expect(text).toContain(letter.name ? `Hello ${letter.name},` : 'Hello,')
  expect([text, shown].join()).not.toMatch(/undefined|null|\[object|\{\w+\}/)
})

it.each(letters)(
  '$name loads nothing and has at most one button',
  ({ html, pictures, document }) => {
    const sources = [...document.querySelectorAll('[src]')].map((one) => one.getAttribute('src'))
    expect(sources).toEqual(pictures.map(({ cid }) => `cid:${cid}`))
    expect(html).not.toMatch(/<(?:link|script|iframe)|url\(|@import|srcset|background="/i)
    expect(document.querySelectorAll('a.on').length).toBeLessThanOrEqual(1)
    for (const link of document.querySelectorAll('a'))
      expect(new URL(link.getAttribute('href') ?? '').origin).toBe(at)
  },
)

it('a picture of a post is a small JPEG with the edits of the post', () => {
  const [picture] = letters.find(({ name }) => name === 'notice-failed')?.pictures ?? []
  expect(picture?.jpeg.subarray(0, 2).toString('hex')).toBe('ffd8')
  expect(picture?.jpeg.length).toBeLessThan(20_000)
})
