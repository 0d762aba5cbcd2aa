import { expect, it } from 'vitest'
import { sourceOf } from '../house/files.ts'
import { printed } from './phrase.ts'
import { everyWord, wordsDocument } from './words.ts'

const all = everyWord()
const files = all.flatMap((section) => section.files)

it('docs/words.md has every string that people see: npm run words -- --write renews it', () => {
  expect(sourceOf('docs/words.md')).toBe(wordsDocument(all))
})

it('words are found in texts, attributes, alternatives, scripts, errors and help', () => {
  const lines = new Set(files.flatMap(({ phrases }) => phrases.map(printed)))
  for (const line of [
    'Skip to content {include}',
    'Search posts',
    'Enter an email address such as name@example.com.',
    'The post couldn’t be moved. Try again.',
    'The platform couldn’t be reached.',
    'show this help',
  ])
    expect([...lines]).toContain(line)
  expect([...lines].filter((line) => /^(?:select|insert|update|\/\w)/.test(line))).toEqual([])
  expect(lines.size).toBeGreaterThan(2_000)
})

it('apostrophes in words that people see are curly (’), except where a platform prescribes the wording', () => {
  const straight = files.flatMap(({ file, phrases }) =>
    phrases
      .map(printed)
      .filter((line) => /\p{L}'\p{L}|s' \p{Ll}/u.test(line) && !/^(?:.* \| )?By posting/.test(line))
      .map((line) => ({ file, line })),
  )
  expect(straight).toEqual([])
})
