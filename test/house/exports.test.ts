import { expect, it } from 'vitest'
import { productFiles, typescriptOf } from './files.ts'
import { doubleExports } from './graph.ts'

it('no name is exported by two files, so a name means the same thing everywhere', () => {
  expect(doubleExports(typescriptOf(productFiles))).toEqual([])
})
