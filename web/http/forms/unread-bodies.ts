import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { bodyMaxBytes } from './body.ts'

/**
 * Leaves a body that is larger than any form on the connection once it is answered, for example
 * refused. Otherwise Node and @hono/node-server read on for half a second and throw away up to 64 MB
 * for each request. They still end the connection after that time, in which the client reads the
 * answer. Smaller bodies are read to their end, so that the connection can be used again.
 */
export const leaveLargeBodies = (server: Server): void => {
  server.prependListener('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (Number(incoming.headers['content-length'] ?? 0) <= bodyMaxBytes) return
    outgoing.once('prefinish', () => {
      if (incoming.complete) return
      incoming.read(0) // Node reads on by itself only if nobody has begun to read.
      incoming.pause()
      incoming.resume = () => incoming
    })
  })
}
