import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'

export type Metrics = {
  registry: Registry
  /** Runs `read` before each scrape, for values that are only read when needed. */
  beforeScrape(read: () => Promise<void>): void
  /** Appends the metrics of another local exporter (Temporal's SDK has its own). */
  append(url: string): void
  close(): Promise<void>
}

/** Serves `/metrics` in Prometheus format on its own port, which no page or proxy exposes. */
export const serveMetrics = async (options: {
  host: string
  port: number
  log: Logger
}): Promise<Metrics> => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const reads: (() => Promise<void>)[] = []
  const others: string[] = []
  const scrape = async (): Promise<string> => {
    await Promise.all(reads.map((read) => read()))
    const texts = await Promise.all([registry.metrics(), ...others.map(textOf)])
    return texts.map((text) => `${text.trimEnd()}\n`).join('')
  }
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end()
    scrape().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      (error: unknown) => {
        options.log.error({ err: error }, 'metrics could not be read')
        response.writeHead(500).end()
      },
    )
  })
  await listening(server, options)
  options.log.info({ port: (server.address() as AddressInfo).port }, 'serves metrics')
  return {
    registry,
    beforeScrape: (read) => void reads.push(read),
    append: (url) => void others.push(url),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

const textOf = async (url: string): Promise<string> =>
  (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text()

const listening = (server: Server, { host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })

/** A free port on the loopback interface. Temporal's SDK can't pick one and report it. */
export const freeLoopbackPort = async (): Promise<number> => {
  const server = createServer()
  await listening(server, { host: '127.0.0.1', port: 0 })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  return port
}
