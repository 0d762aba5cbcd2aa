import { expect, it } from 'vitest'
import { allFiles, sourceOf } from './files.ts'

const most = 100

// In the text of an email, every line break is part of the email.
const templates = allFiles.filter((file) => /^web\/views\/.*(?<!-text)\.eta$/.test(file))

it(`a line of a template has at most ${most} characters`, () => {
  expect(templates.length).toBeGreaterThan(100)
  const long = (file: string) =>
    sourceOf(file)
      .split('\n')
      .some((line) => line.length > most)
  expect(templates.filter(long)).toEqual([])
})
