import { describe, expect, it } from 'vitest'
import { allFiles, typescriptOf } from './files.ts'
import { importCycles } from './graph.ts'
import { moduleOf } from './modules.ts'

const code = typescriptOf(allFiles)

describe('imports', () => {
  it('have no cycles, including those of types', () => {
    expect(moduleOf('worker.ts').imports).toContain('config/index.ts')
    expect(importCycles(code)).toEqual([])
  })
})
