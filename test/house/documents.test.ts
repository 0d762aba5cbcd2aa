import { describe, expect, it } from 'vitest'
import { allFiles, filesIn, sourceOf } from './files.ts'

const all = [...allFiles, ...filesIn('docs')]
/** These describe the past, so they are left out. */
const histories = ['docs/progress.md', 'docs/upgrade.md']
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...all.filter((file) => /^docs\/.*\.md$/.test(file)),
]
const places =
  /^(activities|bench|commands|config|db|docs|local|media|observability|platforms|posting|production|temporal|test|text|web|workflows)\//

describe('a file or folder that a document names', () => {
  it('exists', () => {
    const named = documents
      .filter((document) => !histories.includes(document))
      .flatMap((document) =>
        [...sourceOf(document).matchAll(/`([^`\s]+)`/g)].map(([, path = '']) => ({
          document,
          path,
        })),
      )
      .filter(({ path }) => places.test(path) && !path.includes('NNNN'))
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter(({ path }) => !isThere(path))).toEqual([])
  })
})

/** `*` and `<name>` stand for any part of a path, and a folder may end with a slash. */
function isThere(path: string): boolean {
  const parts = path.replace(/\/$/, '').split(/\*|<\w+>/)
  const pattern = new RegExp(
    `^${parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('[^/]*')}(/|$)`,
  )
  return all.some((file) => pattern.test(file))
}
