import { connect, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** A certificate for `localhost`. `caFile` is its issuer's certificate, for clients. */
export type Certificate = { cert: string; key: string; caFile: string }
export type FrontDoor = { close(): Promise<void> }

/**
 * A proxy in front of the web servers, like Caddy: each connection goes to the next server that
 * accepts one. Throws if the port is taken.
 */
export const openFrontDoor = async (
  port: number,
  behind: number[],
  https?: Certificate,
): Promise<FrontDoor> => {
  const open = new Set<Socket>()
  let turn = 0
  const welcome = (visitor: Socket) => {
    keep(open, visitor)
    turn += 1
    lead(open, visitor, [
      ...behind.slice(turn % behind.length),
      ...behind.slice(0, turn % behind.length),
    ])
  }
  const server = https ? createTlsServer(https, welcome) : createServer(welcome)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

/** Connects to the first server that accepts. If none does, closes the connection. */
const lead = (open: Set<Socket>, visitor: Socket, [first, ...others]: number[]): void => {
  if (first === undefined) return void visitor.destroy()
  const inside = keep(open, connect(first, '127.0.0.1'))
  let connected = false
  inside.once('connect', () => {
    connected = true
    visitor.pipe(inside)
    inside.pipe(visitor)
  })
  inside.once('close', () => (connected ? visitor.destroy() : lead(open, visitor, others)))
  visitor.once('close', () => inside.destroy())
}

const keep = (open: Set<Socket>, socket: Socket): Socket => {
  open.add(socket)
  socket.on('error', () => socket.destroy()) // handled in 'close'
  socket.once('close', () => open.delete(socket))
  return socket
}
