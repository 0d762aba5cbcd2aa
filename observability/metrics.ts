import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'

export type Metrics = {
  registry: Registry
  /** Reads what is asked for only when somebody scrapes. */
  beforeScrape(read: () => Promise<void>): void
  /** Text of another exporter on this machine (Temporal's SDK has its own), appended to ours. */
  append(url: string): void
  close(): Promise<void>
}

/** Serves `/metrics` in Prometheus' format on a port of its own, which no page and no proxy leads to. */
export const serveMetrics = async (options: { host: string; port: number; log: Logger }): Promise<Metrics> => {
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

const textOf = async (url: string): Promise<string> => (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text()

const listening = (server: Server, { host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })

/** A port of the loopback that is free now: Temporal's SDK cannot choose one by itself and say which. */
export const freeLoopbackPort = async (): Promise<number> => {
  const server = createServer()
  await listening(server, { host: '127.0.0.1', port: 0 })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  return port
}
