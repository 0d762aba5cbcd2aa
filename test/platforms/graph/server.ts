import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { MetaSettings } from '../../../platforms/graph/client.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { MediaToSend, Publication } from '../../../platforms/platform.ts'

/** The server's response to one request. `reset`: closes the connection. `hang`: never responds. */
export type Answer = {
  status?: number
  body?: unknown
  headers?: Record<string, string>
  end?: 'reset' | 'hang'
}
type Seen = {
  call: string
  query: Record<string, string>
  form: Record<string, string>
  files: Record<string, Buffer>
  body: Buffer
  headers: Record<string, string | string[] | undefined>
}

export type GraphServer = {
  url: string
  settings: MetaSettings
  seen: Seen[]
  /**
   * Responses to calls such as `POST /v25.0/1067/feed`, in order. The last one is repeated. Calls
   * without a response get 501. A function receives the request.
   */
  on(call: string, ...answers: (Answer | ((asked: Seen) => Answer))[]): void
  callsOf(call: string): Seen[]
  close(): Promise<void>
}

/** A real HTTP server that plays back prepared responses and records the requests. */
export const startGraphServer = async (): Promise<GraphServer> => {
  const script = new Map<string, (Answer | ((asked: Seen) => Answer))[]>()
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    readRequest(request).then(
      (entry) => {
        seen.push(entry)
        const answers = script.get(entry.call) ?? []
        const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? {
          status: 501,
          body: `not written: ${entry.call}`,
        }
        reply(response, typeof answer === 'function' ? answer(entry) : answer)
      },
      (error) => response.destroy(error),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    settings: settingsFor(url),
    seen,
    on: (call, ...answers) => void script.set(call, answers),
    callsOf: (call) => seen.filter((entry) => entry.call === call),
    close: () => closeServer(server),
  }
}

export const settingsFor = (url: string): MetaSettings => ({
  appId: '1234',
  appSecret: 'secret-of-the-app',
  apiVersion: 'v25.0',
  configId: null,
  graphUrl: url,
  graphVideoUrl: `${url}/graph-video`,
  dialogUrl: 'https://www.facebook.com',
  ruploadUrl: `${url}/rupload`,
})

const readRequest = async (request: IncomingMessage): Promise<Seen> => {
  const body = await buffer(request)
  const url = new URL(request.url ?? '/', 'http://localhost')
  const entry: Seen = {
    call: `${request.method} ${url.pathname}`,
    query: Object.fromEntries(url.searchParams),
    form: {},
    files: {},
    body,
    headers: request.headers,
  }
  const type = request.headers['content-type'] ?? ''
  if (!/form/.test(type)) return entry
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData()
  for (const [name, value] of form) {
    if (typeof value === 'string') entry.form[name] = value
    else entry.files[name] = Buffer.from(await value.arrayBuffer())
  }
  return entry
}

const reply = (
  response: ServerResponse,
  { status = 200, body = {}, headers = {}, end }: Answer,
): void => {
  if (end === 'hang') return
  if (end === 'reset') {
    response.socket?.destroy()
    return
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
    ...headers,
  })
  response.end(text)
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })

export const graphError = (code: number, subcode?: number, more: JsonRecord = {}): Answer => ({
  status: 400,
  body: {
    error: {
      message: 'a message',
      type: 'OAuthException',
      code,
      ...(subcode ? { error_subcode: subcode } : {}),
      fbtrace_id: 'A1',
      ...more,
    },
  },
})

/** November 23, 2026, 09:00 UTC. */
export const nineMs = Date.UTC(2026, 10, 23, 9)

export const bytesOf = (size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, index) => index % 251))

export const mediaOf = (
  part: Partial<MediaToSend> = {},
  bytes: Buffer = bytesOf(2_500),
): MediaToSend => ({
  id: 'media-1',
  kind: 'image',
  contentType: 'image/jpeg',
  sizeBytes: bytes.length,
  width: 1080,
  height: 1080,
  durationMs: null,
  videoCodec: null,
  audioCodec: null,
  fps: null,
  altText: '',
  url: 'https://crate.example/media/abc.jpg',
  open: (range) => Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]),
  ...part,
})

export const videoOf = (part: Partial<MediaToSend> = {}, bytes?: Buffer): MediaToSend =>
  mediaOf(
    {
      kind: 'video',
      contentType: 'video/mp4',
      width: 1080,
      height: 1920,
      durationMs: 20_000,
      videoCodec: 'avc',
      audioCodec: 'aac',
      fps: 30,
      url: 'https://crate.example/media/abc.mp4',
      ...part,
    },
    bytes,
  )

/**
 * A publication with its handles in memory. `saved` has every saved state. `later` moves its clock.
 */
export const publicationOf = (part: Partial<Publication>) => {
  const saved: JsonRecord[] = []
  let [nowMs, leavings] = [nineMs, 0]
  const publication: Publication = {
    account: { id: '1067', settings: {}, grantToken: 'user-token', accountToken: 'page-token' },
    kind: 'text',
    text: '',
    link: null,
    settings: {},
    media: [],
    handles: {},
    save: async (handles) => {
      publication.handles = JSON.parse(JSON.stringify(handles)) as JsonRecord
      saved.push(publication.handles)
    },
    seal: (secret) => secret,
    open: (sealed) => sealed,
    leaving: () => {
      leavings += 1
    },
    takeTurn: async () => undefined,
    now: () => nowMs,
    signal: new AbortController().signal,
    ...part,
  }
  const later = (ms: number) => {
    nowMs += ms
  }
  return { publication, saved, later, leavings: () => leavings }
}
