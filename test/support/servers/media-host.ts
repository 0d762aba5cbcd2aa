import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { MediaFacts, MediaToSend } from '../../../platforms/platform.ts'

/**
 * A test file as the product would give it to a platform: with its own URL, and readable in ranges.
 */
export type HostedMedia = MediaToSend & { sha256: string }

/** A small server in the test process, for files with byte ranges and a page at `/callback`. */
export type MediaHost = {
  /** Without a trailing slash. */
  url: string
  offer(bytes: Buffer, facts: Partial<MediaFacts>): HostedMedia
  /** Makes every file answer with this status from now on. Null undoes it. */
  break(status: number | null): void
  fetchesOf(media: HostedMedia): number
  close(): Promise<void>
}

type File = { bytes: Buffer; contentType: string; fetches: number }

export const startMediaHost = async (): Promise<MediaHost> => {
  const files = new Map<string, File>()
  const trouble: { status: number | null } = { status: null }
  const server: Server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    if (file) {
      file.fetches += 1
      if (trouble.status !== null) response.writeHead(trouble.status).end()
      else answer(file, request, response)
    } else if (request.url?.startsWith('/callback'))
      response.end('<!doctype html><title>Back</title><p>Back.</p>')
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    offer: (bytes, facts) => {
      const path = `/media/${files.size + 1}`
      const media = mediaOf(bytes, facts, url + path)
      files.set(path, { bytes, contentType: media.contentType, fetches: 0 })
      return media
    },
    break: (status) => {
      trouble.status = status
    },
    fetchesOf: (media) => files.get(new URL(media.url).pathname)?.fetches ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const answer = (
  { bytes, contentType }: File,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const part =
    first === undefined
      ? bytes
      : bytes.subarray(Number(first), last ? Number(last) + 1 : bytes.length)
  response.writeHead(first === undefined ? 200 : 206, {
    'content-type': contentType,
    'content-length': part.length,
    'accept-ranges': 'bytes',
    ...(first === undefined
      ? {}
      : { 'content-range': `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}` }),
  })
  response.end(part)
}

const mediaOf = (bytes: Buffer, facts: Partial<MediaFacts>, url: string): HostedMedia => ({
  id: randomUUID(),
  kind: 'image',
  contentType: 'image/jpeg',
  width: 1080,
  height: 1080,
  durationMs: null,
  videoCodec: null,
  audioCodec: null,
  fps: null,
  altText: '',
  ...facts,
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  url,
  open: (range) =>
    Readable.from(pieces(range ? bytes.subarray(range.start, range.end + 1) : bytes)),
})

/** In chunks, like a file on disk, so that nothing relies on a single chunk. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}
