import { gzipSync } from 'node:zlib'
import { Pool } from 'undici'
import type { BenchPage } from './list.ts'

export type Client = {
  /** Makes one request. Returns the milliseconds from sending it until the last byte. */
  ask(page: BenchPage): Promise<number>
  /** The size of the compressed answer, in bytes. */
  gzipBytes(page: BenchPage): Promise<number>
  /** Makes `count` requests, `connections` at a time. Returns the milliseconds for all. */
  flood(page: BenchPage, count: number): Promise<number>
  close(): Promise<void>
}

const connections = 8

/**
 * Sends no Accept-Encoding, like a compressing proxy in front. Sends `origin` with forms, as
 * browsers do.
 */
export const createClient = (url: string, { cookie = '', origin = url } = {}): Client => {
  const pool = new Pool(url, {
    connections,
    pipelining: 1,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  })
  const request = (
    page: BenchPage,
    onData: (chunk: Buffer) => void = () => undefined,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = {
        ...(page.signedOut ? {} : { cookie }),
        ...(page.form ? { origin, 'content-type': 'application/x-www-form-urlencoded' } : {}),
      }
      let status = 0
      pool.dispatch(
        {
          path: page.path,
          method: page.form ? 'POST' : 'GET',
          headers,
          body: page.form?.toString() ?? null,
        },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_controller, statusCode) => {
            status = statusCode
          },
          onResponseData: (_controller, chunk) => onData(chunk),
          onResponseEnd: () =>
            status === (page.status ?? 200)
              ? resolve()
              : reject(new Error(`${page.path} was answered with ${status}`)),
          onResponseError: (_controller, error) => reject(error),
        },
      )
    })
  /**
   * Retries once, because the server may close a connection that was idle for some seconds just as
   * it is used again.
   */
  const requestAgain = (page: BenchPage): Promise<void> =>
    request(page).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'UND_ERR_SOCKET') throw error
      return request(page)
    })
  return {
    ask: async (page) => {
      const startedAt = performance.now()
      await requestAgain(page)
      return performance.now() - startedAt
    },
    gzipBytes: async (page) => {
      const chunks: Buffer[] = []
      await request(page, (chunk) => chunks.push(chunk))
      return gzipSync(Buffer.concat(chunks)).length
    },
    flood: async (page, count) => {
      const startedAt = performance.now()
      let left = count
      const one = async () => {
        while (left-- > 0) await requestAgain(page)
      }
      await Promise.all(Array.from({ length: connections }, one))
      return performance.now() - startedAt
    },
    close: () => pool.close(),
  }
}
