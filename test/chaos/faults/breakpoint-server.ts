import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Where a worker is: right before or after the `number`th call of a step of a target in its
 * process.
 */
export type Place = { targetId: string; name: string; number: number; moment: 'before' | 'after' }

export type BreakpointServer = {
  url: string
  /** From now on, holds every worker that reaches such a place. */
  holdAt(isPlace: (place: Place) => boolean): void
  /** Releases all workers and stops holding. */
  release(): void
  /** Releases the workers that are held now; later ones are still held. */
  step(): void
  held(): Place[]
  close(): Promise<void>
}

/** Answers the requests of `breakpoints.ts` in the workers. */
export const startBreakpointServer = async (): Promise<BreakpointServer> => {
  const waiting = new Map<ServerResponse, Place>()
  let isHeld: (place: Place) => boolean = () => false
  const server = createServer((request, response) => {
    void (async () => {
      const place = JSON.parse(await textOf(request)) as Place
      if (!isHeld(place)) return void response.end()
      waiting.set(response, place)
      response.once('close', () => waiting.delete(response))
    })()
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const step = () => {
    for (const response of waiting.keys()) response.end()
    waiting.clear()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    holdAt: (isPlace) => {
      isHeld = isPlace
    },
    release: () => {
      isHeld = () => false
      step()
    },
    step,
    held: () => [...waiting.values()],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const textOf = async (request: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
