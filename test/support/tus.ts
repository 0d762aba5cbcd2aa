import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Person } from './app.ts'

const origin = 'http://localhost:3000'

export type TusAnswer = { status: number; text: string; headers: Headers }
type Browser = Pick<Person, 'request'>

export const partType = 'application/offset+octet-stream'
export const named = (fileName: string): string =>
  `filename ${Buffer.from(fileName).toString('base64')}`

/** A request of the tus protocol, as the page's script sends it. `null` leaves a header out. */
export const tus = async (
  person: Browser,
  method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE',
  address: string,
  headers: Record<string, string | null> = {},
  body?: Buffer,
): Promise<TusAnswer> => {
  const length =
    body === undefined ? {} : { 'Content-Length': String(body.length), 'Content-Type': partType }
  const all = Object.entries({ Origin: origin, 'Tus-Resumable': '1.0.0', ...length, ...headers })
  const init = {
    method,
    headers: Object.fromEntries(
      all.filter((entry): entry is [string, string] => entry[1] !== null),
    ),
  }
  const answer = await person.request(
    address,
    body === undefined ? init : { ...init, body: new Uint8Array(body) },
  )
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}

/** Begins an upload. Returns its address. Throws if it is refused. */
export const begin = async (
  person: Browser,
  fileName: string,
  size: number,
  workspace = 'northside',
): Promise<string> => {
  const headers = { 'Upload-Length': String(size), 'Upload-Metadata': named(fileName) }
  const answer = await tus(person, 'POST', `/w/${workspace}/uploads`, headers)
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  return answer.headers.get('Location') ?? ''
}

export const sendPart = (
  person: Browser,
  address: string,
  offset: number,
  body: Buffer,
): Promise<TusAnswer> => tus(person, 'PATCH', address, { 'Upload-Offset': String(offset) }, body)

export const offsetOf = async (person: Browser, address: string): Promise<number> => {
  const answer = await tus(person, 'HEAD', address)
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return Number(answer.headers.get('Upload-Offset'))
}

/** Someone whose requests go over HTTP to a server of its own. */
export const overHttp = (port: () => number, cookie: string): Browser & { open: typeof open } => {
  const open = (address: string, headers: Record<string, string | number>, method = 'PATCH') =>
    request({
      host: '127.0.0.1',
      port: port(),
      method,
      path: address,
      headers: { Cookie: cookie, Origin: origin, 'Tus-Resumable': '1.0.0', ...headers },
    })
  return {
    open,
    request: async (address, init = {}) => {
      const outgoing = open(address, init.headers as Record<string, string>, init.method)
      const answered = once(outgoing, 'response')
      outgoing.on('error', () => undefined) // after the answer: the server doesn't read on
      outgoing.end(init.body)
      const [incoming] = (await answered) as [IncomingMessage]
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ])
      const status = incoming.statusCode ?? 0
      return new Response(chunks.length > 0 ? Buffer.concat(chunks) : null, { status, headers })
    },
  }
}
