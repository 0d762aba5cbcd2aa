import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inTurns, requestsPerTurn } from '../../web/http/turns.ts'

/** Records in which order the requests start. */
const createCounter = () => {
  const began: string[] = []
  const begin = inTurns(
    (request: Request) => {
      began.push(new URL(request.url).pathname)
      return new Response()
    },
    (request) => request.url.endsWith('/first'),
  )
  const ask = (path: string) => begin(new Request(`http://localhost${path}`))
  return { began, ask }
}

describe('requests that arrive at the same moment', () => {
  it('start a few per turn of the event loop, in order, until all have started', async () => {
    const { began, ask } = createCounter()
    const paths = Array.from({ length: 5 * requestsPerTurn + 1 }, (_, index) => `/${index}`)
    const answers = paths.map(ask)
    const seen = [began.length]
    while (began.length < paths.length) {
      await nextTurn()
      seen.push(began.length)
    }
    for (const [index, count] of seen.entries())
      expect(count - (seen[index - 1] ?? 0)).toBeLessThanOrEqual(requestsPerTurn)
    expect(began).toEqual(paths)
    expect((await Promise.all(answers)).every(({ status }) => status === 200)).toBe(true)
  })

  it('let a health check through at once', () => {
    const { began, ask } = createCounter()
    for (let index = 0; index < 2 * requestsPerTurn; index++) ask(`/${index}`)
    ask('/first')
    expect(began.at(-1)).toBe('/first')
  })

  it('make a late one wait behind those already waiting, and start at once again when nobody is', async () => {
    const { began, ask } = createCounter()
    for (let index = 0; index <= requestsPerTurn; index++) ask(`/${index}`)
    const late = ask('/late')
    expect(began).toHaveLength(requestsPerTurn)
    await late
    await nextTurn()
    await nextTurn()
    ask('/alone')
    expect(began.at(-1)).toBe('/alone')
  })
})
