import { afterAll } from 'vitest'

const works: (() => Promise<unknown>)[] = []

// Here, while the file is collected: an afterAll called later, inside beforeAll or a test, is ignored without a word.
afterAll(async () => {
  for (const work of works.reverse()) await work()
})

/** Does it after the file's last test, what was asked for last first; may be called at the top, in a hook or in a test. */
export function atTheEnd(work: () => Promise<unknown>): void {
  works.push(work)
}
