import { randomBytes } from 'node:crypto'
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { serve } from '@hono/node-server'
import { type AddressObject, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { mailboxPages } from './pages.ts'
import type { Mail, MailStore } from './store.ts'

export type Mailbox = { smtpUrl: string; url: string; store: MailStore; close(): Promise<void> }

/**
 * A local mail server that accepts every email, keeps it in the folder and shows it on pages. Sends
 * nothing on. Port 0 picks a free port.
 */
export async function startMailbox(options: {
  smtpPort: number
  webPort: number
  folder: string
}): Promise<Mailbox> {
  const { folder } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const store = mailStore(folder)
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: 25_000_000,
    onData: (stream, _session, done) => {
      keep(stream, folder).then(() => done(), done)
    },
  })
  smtp.on('error', () => undefined) // a client disconnected before its email was accepted
  const smtpPort = await listen(smtp.listen(options.smtpPort, '127.0.0.1'))
  const web = serve({
    fetch: mailboxPages(store).fetch,
    port: options.webPort,
    hostname: '127.0.0.1',
  })
  const webPort = await listen(web as Server)
  return {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url: `http://127.0.0.1:${webPort}/`,
    store,
    close: async () => {
      if ('closeAllConnections' in web) web.closeAllConnections()
      await Promise.all([
        new Promise<void>((resolve) => void smtp.close(resolve)),
        new Promise((resolve) => void web.close(resolve)),
      ])
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    const port = () => resolve((server.address() as AddressInfo).port)
    server.once('error', reject)
    if (server.listening) port()
    else server.once('listening', port)
  })
}

/** Written under a temporary name until it is complete, so that a partial email is never shown. */
async function keep(stream: NodeJS.ReadableStream, folder: string): Promise<void> {
  const path = join(
    folder,
    `${new Date().toISOString().replaceAll(':', '-')}_${randomBytes(4).toString('hex')}`,
  )
  try {
    await pipeline(stream, createWriteStream(`${path}.part`, { mode: 0o600 }))
    renameSync(`${path}.part`, `${path}.eml`)
  } finally {
    rmSync(`${path}.part`, { force: true })
  }
}

/** Ids are file names without their extension. They begin with the time, so they sort by it. */
function mailStore(folder: string): MailStore {
  const pathOf = (id: string) => join(folder, `${id}.eml`)
  const find = async (id: string) =>
    isId(id) && existsSync(pathOf(id)) ? parse(id, readFileSync(pathOf(id))) : undefined
  const ids = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => name.slice(0, -4))
  return {
    find,
    list: async (limit = 200) => {
      const newest = ids().sort().reverse().slice(0, limit)
      return (await Promise.all(newest.map(find))).filter((mail) => mail !== undefined)
    },
    source: (id) =>
      isId(id) && existsSync(pathOf(id)) ? readFileSync(pathOf(id), 'utf8') : undefined,
  }
}

function isId(id: string): boolean {
  return /^[\dTZ.-]+_[0-9a-f]{8}$/.test(id)
}

async function parse(id: string, source: Buffer): Promise<Mail> {
  const mail = await simpleParser(source, { skipTextToHtml: true })
  return {
    id,
    receivedAt: id.slice(0, 19).replace(/T(\d\d)-(\d\d)-(\d\d)/, ' $1:$2:$3'),
    from: mail.from?.text ?? '',
    to: addresses(mail.to),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || undefined,
  }
}

function addresses(to: AddressObject | AddressObject[] | undefined): string {
  return [to ?? []]
    .flat()
    .map((address) => address.text)
    .join(', ')
}
