import { createTransport } from 'nodemailer'
import { cleanLine } from '../../text/clean-text.ts'

// promise: S5: SMTP and platforms/http.ts are the only ways out of the installation, apart from its
// own database, Temporal and media store.

/** A JPEG that the HTML body shows by its Content-ID. */
export type InlinePicture = { cid: string; jpeg: Buffer }

/**
 * `messageId`: for an email that may have to be sent again, so that the reader sees it only once.
 */
export type Email = {
  to: string
  subject: string
  text: string
  html: string
  pictures?: InlinePicture[]
  messageId?: string
  /** Where a mail program ends these emails with one request (RFC 8058). */
  unsubscribeUrl?: string
}
export type Mail = { send(message: Email): Promise<void>; close(): void }

/**
 * Mail over SMTP. `send` throws if the server doesn't accept the email. The error contains nothing
 * of the email.
 */
export const createMail = (settings: { smtpUrl: string; from: string }): Mail => {
  const transport = transportOf(settings.smtpUrl, true)
  return {
    send: async ({ pictures = [], unsubscribeUrl, ...message }) => {
      try {
        await transport.sendMail({
          from: settings.from,
          ...message,
          ...oneReader(message),
          attachments: pictures.map(({ cid, jpeg }) => ({
            cid,
            content: jpeg,
            contentType: 'image/jpeg',
            contentDisposition: 'inline' as const,
            filename: 'picture.jpg',
          })),
          headers: { 'Auto-Submitted': 'auto-generated', ...unsubscribe(unsubscribeUrl) },
        })
      } catch (error) {
        throw new MailNotTaken(error)
      }
    },
    close: () => transport.close(),
  }
}

const unsubscribe = (url: string | undefined): Record<string, string> =>
  url
    ? { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
    : {}

const transportOf = (url: string, pool: boolean) =>
  createTransport({
    url,
    pool,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0])

/**
 * Connects to the mail server and signs in if SMTP_URL has a user. Sends nothing. Throws
 * MailNotTaken.
 */
export const tryMailServer = async (smtpUrl: string): Promise<void> => {
  const transport = transportOf(smtpUrl, false)
  try {
    await transport.verify()
  } catch (error) {
    throw new MailNotTaken(error)
  } finally {
    transport.close()
  }
}

/**
 * Accepts only a single address: a comma or angle bracket must not add a recipient. Makes the
 * subject a single line.
 */
const oneReader = ({
  to,
  subject,
}: Pick<Email, 'to' | 'subject'>): { to: { name: string; address: string }; subject: string } => {
  if (!/^[^\s@,;:<>()"[\]\\]{1,64}@[^\s@,;:<>()"[\]\\]{1,253}$/.test(to))
    throw Object.assign(new Error('not one address'), { code: 'EENVELOPE', responseCode: 553 })
  return { to: { name: '', address: to }, subject: cleanLine(subject) }
}

/** Nodemailer's codes for a server that can't be reached or doesn't answer properly. */
const awayCodes = new Set([
  'ECONNECTION',
  'ECONNREFUSED',
  'ECONNRESET',
  'EDNS',
  'ENOTFOUND',
  'ESOCKET',
  'ETIMEDOUT',
  'ETLS',
  'EAUTH',
])

/**
 * Mail servers quote addresses in their answers, so only the code and the number are kept
 * (promise: S3).
 */
export class MailNotTaken extends Error {
  /** True if the server will never accept an email to this address. */
  readonly isFinal: boolean
  /** True if the server can't be used at all, so other emails would fail too. */
  readonly isServerAway: boolean
  /** Such as `EAUTH`. Empty if there is none. */
  readonly code: string
  constructor(cause: unknown) {
    const { code, responseCode } = (cause ?? {}) as { code?: string; responseCode?: number }
    super(
      `the mail server rejected the email: ${[code, responseCode].filter(Boolean).join(' ') || 'no reason given'}`,
    )
    this.name = 'MailNotTaken'
    this.code = code ?? ''
    this.isServerAway = awayCodes.has(code ?? '')
    this.isFinal = code === 'EENVELOPE' && (responseCode ?? 0) >= 500
  }
}

/**
 * Sends each email and throws the first failure at the end, so that one email doesn't block the
 * others. Stops if the server is down.
 */
export const sendEach = async (
  ids: string[],
  send: (id: string) => Promise<void>,
): Promise<void> => {
  const failures: unknown[] = []
  for (const id of ids) {
    try {
      await send(id)
    } catch (error) {
      failures.push(error)
      if (error instanceof MailNotTaken && error.isServerAway) break
    }
  }
  if (failures.length > 0) throw failures[0]
}
