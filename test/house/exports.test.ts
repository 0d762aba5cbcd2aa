import { expect, it } from 'vitest'
import { productFiles, typescriptOf } from './files.ts'
import { doubleExports } from './graph.ts'

it('no name is exported by two files, so that a name means one thing wherever it is read', () => {
  expect(doubleExports(typescriptOf(productFiles))).toEqual([])
})
