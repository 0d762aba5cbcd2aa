import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { foreignReason } from './sandbox/foreign.ts'

/**
 * A proxy for a program that checks neither Host nor Origin: refuses requests that another site
 * caused.
 */
export async function startGuard(
  port: number,
  target: { host: string; port: number },
): Promise<{ close(): Promise<void> }> {
  const server = createServer((asked, answer) => {
    const why = foreignReason({
      method: asked.method ?? '',
      header: (name) => asked.headers[name]?.toString(),
    })
    if (why) answer.writeHead(403, { 'content-type': 'text/plain' }).end(`${why}\n`)
    else passOn(asked, answer, target)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function passOn(
  asked: IncomingMessage,
  answer: ServerResponse,
  target: { host: string; port: number },
): void {
  const onward = request(
    { ...target, method: asked.method, path: asked.url, headers: asked.headers },
    (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(answer)
    },
  )
  onward.once('error', () => {
    if (answer.headersSent) answer.destroy()
    else answer.writeHead(502).end()
  })
  answer.once('close', () => onward.destroy())
  asked.pipe(onward)
}
