import { describe, expect, it } from 'vitest'
import { allFiles, typescriptOf } from './files.ts'
import { importCycles } from './graph.ts'
import { moduleOf } from './modules.ts'

const code = typescriptOf(allFiles)

describe('imports', () => {
  it('never go in a circle, types included', () => {
    expect(moduleOf('worker.ts').imports).toContain('config/index.ts')
    expect(importCycles(code)).toEqual([])
  })
})
