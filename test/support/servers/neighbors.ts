import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { atTheEnd } from '../at-the-end.ts'

// Other servers that an installation may encounter.

/** A mail server that requires a password and accepts emails. */
export const startMailServer = async (mail: {
  user: string
  password: string
  took(): void
}): Promise<number> => {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === mail.user && password === mail.password
        ? done(null, { user: username })
        : done(new Error('Who are you?')),
    onData: (stream, _session, done) => {
      mail.took()
      stream.resume().once('end', () => done())
    },
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  atTheEnd(() => new Promise<void>((resolve) => void server.close(resolve)))
  return (server.server.address() as AddressInfo).port
}

/** Accepts connections and sends nothing. */
export const startSilence = async (): Promise<string> => {
  const silent = createSocketServer()
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve))
  atTheEnd(async () => void silent.close())
  return `127.0.0.1:${(silent.address() as AddressInfo).port}`
}

/** Some other web server. */
export const startOther = async (answer: Parameters<typeof createServer>[1]): Promise<string> => {
  const server = createServer(answer!)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  atTheEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
