import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type Answer = { status: number; text: string; headers: IncomingMessage['headers'] }
type Sent = {
  port: number
  method?: string
  path: string
  headers?: Record<string, string | number>
}

/**
 * Sends this many bytes, declared or chunked, and stops when the answer arrives. Status 0: the
 * connection ended without an answer.
 */
export const sendBytes = async (
  sent: Sent,
  totalBytes: number,
  how: 'declared' | 'chunked',
): Promise<Answer> => {
  const { port, method = 'POST', path, headers = {} } = sent
  const length =
    how === 'declared' ? { 'Content-Length': totalBytes } : { 'Transfer-Encoding': 'chunked' }
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: { ...headers, ...length },
  })
  const answered = new Promise<Answer>((resolve) => {
    outgoing.once('response', (incoming) => void read(incoming).then(resolve))
    outgoing.once('error', () => resolve({ status: 0, text: '', headers: {} }))
  })
  let isOver = false
  void answered.then(() => {
    isOver = true
  })
  const chunk = Buffer.alloc(256 * 1024, 'a=1&')
  for (let left = totalBytes; left > 0 && !isOver && !outgoing.destroyed; left -= chunk.length)
    if (!outgoing.write(left < chunk.length ? chunk.subarray(0, left) : chunk))
      await Promise.race([once(outgoing, 'drain'), answered])
  if (!isOver) outgoing.end()
  const answer = await answered
  outgoing.destroy()
  return answer
}

const read = async (incoming: IncomingMessage): Promise<Answer> => {
  let text = ''
  try {
    for await (const chunk of incoming) text += chunk
  } catch {
    // The server ends the connection after its answer; what arrived is what counts.
  }
  return { status: incoming.statusCode ?? 0, text, headers: incoming.headers }
}

/** A connection where the test sends every byte itself. */
export const openRaw = async (
  port: number,
  head: string[],
): Promise<{ socket: Socket; said(): string; ended: Promise<number> }> => {
  const socket = connect(port, '127.0.0.1')
  let said = ''
  const startedAt = performance.now()
  const ended = new Promise<number>((resolve) =>
    socket.once('close', () => resolve(performance.now() - startedAt)),
  )
  socket.on('data', (chunk) => {
    said += chunk
  })
  socket.on('error', () => undefined) // a reset ends it too
  await once(socket, 'connect')
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  return { socket, said: () => said, ended }
}

/** Sends `chunk` repeatedly until the connection ends or the time is over. */
export const trickle = async (
  socket: Socket,
  chunk: string | Buffer,
  everyMs: number,
  forMs: number,
): Promise<void> => {
  for (
    const until = performance.now() + forMs;
    performance.now() < until && !socket.destroyed;
    await sleep(everyMs)
  )
    if (socket.writable) socket.write(chunk)
}
