import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Busboy } from '@fastify/busboy'
import { freePort } from '../../local/ports.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../local/sandbox/server.ts'

/** One request to a platform and its response, as they were sent over the network. */
export type Recorded = {
  method: string
  /** The sandbox's name for the host, such as `graph` or `tiktok-api`. */
  host: string
  /** After the host, without the query. */
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
  /** Form and multipart fields. */
  form: Record<string, string>
  files: string[]
  /** A JSON body. */
  json: unknown
  bodyBytes: number
  /** Meta's type of object for each id in the path, or in the paths of a batch. */
  kinds: Record<string, string>
  answer: { status: number; json: unknown }
}

export type RecordedSandbox = Sandbox & { recorded: Recorded[] }

/**
 * A sandbox behind a proxy that records all requests. The product only knows the proxy's address.
 */
export async function startRecordedSandbox(options: SandboxOptions): Promise<RecordedSandbox> {
  const recorded: Recorded[] = []
  const port = await freePort()
  const place = { port, controlUrl: '' }
  const kinds = new Map<string, string>()
  const server = createServer((incoming, outgoing) => {
    pass(place, kinds, incoming, outgoing).then(
      (one) => one && recorded.push(one),
      () => incoming.socket.destroy(), // the sandbox cut the connection, or the product did
    )
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sandbox = await startSandbox({ ...options, port, publicUrl })
  place.controlUrl = sandbox.controlUrl
  return {
    ...sandbox,
    recorded,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await sandbox.close()
    },
  }
}

type Place = { port: number; controlUrl: string }

async function pass(
  place: Place,
  kinds: Map<string, string>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<Recorded | null> {
  const body = await bytesOf(incoming)
  const url = new URL(incoming.url ?? '/', 'http://sandbox')
  const [, host = '', rest = ''] = url.pathname.match(/^\/([^/]+)(.*)$/) ?? []
  const read = await readBody(incoming.headers['content-type'] ?? '', body)
  const paths = [rest, ...batchPaths(read.form.batch)]
  const ofCall = /^graph/.test(host) ? await kindsIn(place, kinds, paths) : {}
  const answer = await forward(place.port, incoming, body)
  outgoing.writeHead(answer.status, answer.headers)
  outgoing.end(answer.body)
  return {
    method: incoming.method ?? '',
    host,
    path: rest,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    ...read,
    bodyBytes: body.length,
    kinds: ofCall,
    answer: { status: answer.status, json: parsed(answer.body.toString()) },
  }
}

/** Looked up before the call, because the call may delete the object. */
async function kindsIn(
  place: Place,
  known: Map<string, string>,
  paths: string[],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const path of paths) {
    const id = idIn(path)
    if (id === null) continue
    const kind = known.get(id) ?? (await kindOf(place, id))
    if (kind !== 'unknown') known.set(id, kind)
    found[id] = kind
  }
  return found
}

/** `/v25.0/1067_5001/insights` and `1067_5001/insights?metric=..`. */
export const idIn = (path: string): string | null =>
  path.match(/^(?:\/v[0-9.]+)?\/?([0-9_]+)(?:[/?]|$)/)?.[1] ?? null

async function kindOf({ controlUrl }: Place, id: string): Promise<string> {
  const answer = await fetch(`${controlUrl}/accounts/meta/objects/${id}`)
  return ((await answer.json()) as { kind: string }).kind
}

const batchPaths = (batch: string | undefined): string[] =>
  batch ? (JSON.parse(batch) as { relative_url: string }[]).map((one) => one.relative_url) : []

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

function forward(
  port: number,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      bytesOf(answer).then(
        (bytes) =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
        reject,
      )
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function readBody(
  type: string,
  body: Buffer,
): Promise<Pick<Recorded, 'form' | 'files' | 'json'>> {
  const form: Record<string, string> = {}
  const files: string[] = []
  if (type.startsWith('application/json')) return { form, files, json: parsed(body.toString()) }
  if (type.startsWith('application/x-www-form-urlencoded'))
    return {
      form: Object.fromEntries(new URLSearchParams(body.toString())),
      files,
      json: undefined,
    }
  if (type.startsWith('multipart/form-data')) {
    const parser = new Busboy({ headers: { 'content-type': type } })
    parser.on('field', (name: string, value: string) => {
      form[name] = value
    })
    parser.on('file', (name: string, part: NodeJS.ReadableStream) => {
      files.push(name)
      part.resume()
    })
    await new Promise((resolve, reject) =>
      parser.once('finish', resolve).once('error', reject).end(body),
    )
  }
  return { form, files, json: undefined }
}

/** Undefined if it is not JSON, as for pages, pictures and truncated responses. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
