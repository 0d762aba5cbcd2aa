import { afterAll } from 'vitest'

const works: (() => Promise<unknown>)[] = []

// Registered while the file is collected: vitest silently ignores an afterAll that is called later,
// in beforeAll or a test.
afterAll(async () => {
  for (const work of works.reverse()) await work()
})

/**
 * Runs `work` after the file's last test, in reverse order of the calls. Can be called at the top
 * level, in a hook or in a test.
 */
export function atTheEnd(work: () => Promise<unknown>): void {
  works.push(work)
}
