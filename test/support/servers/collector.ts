import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atTheEnd } from '../at-the-end.ts'

type Value = { stringValue?: string; intValue?: number }
type Attribute = { key: string; value: Value }
export type Span = {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: Attribute[]
  events: unknown[]
}
type Delivery = { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }

export type Collector = {
  endpoint: string
  spans: Span[]
  /** All request bodies. */
  texts: string[]
  /** The headers of the last request. */
  headers: Record<string, string | string[] | undefined>
}

/**
 * Receives spans like an OpenTelemetry collector: OTLP over HTTP, as JSON. Closed after the file's
 * last test.
 */
export const startCollector = async (): Promise<Collector> => {
  const collector: Collector = { endpoint: '', spans: [], texts: [], headers: {} }
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    if (request.url !== '/v1/traces') return void response.writeHead(404).end()
    const text = Buffer.concat(parts).toString()
    const { resourceSpans } = JSON.parse(text) as Delivery
    collector.texts.push(text)
    collector.headers = request.headers
    collector.spans.push(
      ...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    )
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  atTheEnd(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => void server.close(resolve))
  })
  collector.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return collector
}
