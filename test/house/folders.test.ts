import { expect, it } from 'vitest'
import { filesPerFolder, folderSizes } from './files.ts'

it(`no folder holds more than ${filesPerFolder} files of code and templates directly`, () => {
  const sizes = folderSizes()
  expect(sizes.length).toBeGreaterThan(60)
  expect(sizes.filter(([, files]) => files > filesPerFolder)).toEqual([])
})
