import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './files.ts'

it('every workflow has a recorded history, so that a change that breaks running ones fails the replay test', () => {
  const index = readFileSync(join(root, 'workflows/index.ts'), 'utf8')
  const workflows = [...index.matchAll(/^export \{ \w+ \} from '\.\/([\w-]+)\.ts'$/gm)]
  expect(workflows).toHaveLength(index.trim().split('\n').length)
  const histories = readdirSync(join(root, 'test/histories'), { recursive: true }).map(String)
  const withoutHistory = workflows
    .map(([, name]) => name)
    .filter((name) => !histories.some((file) => file.includes(`/${name}.`)))
  expect(withoutHistory).toEqual([])
})
