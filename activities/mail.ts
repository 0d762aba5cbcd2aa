import { createTransport } from 'nodemailer'

// promise: S5: with platforms/http.ts the only door out of the installation, beside its own database, Temporal and media store.

/** `messageId`: of a letter that may have to be sent again, so that it is one to its reader. */
export type Letter = { to: string; subject: string; text: string; html: string; messageId?: string }
export type Mail = { send(letter: Letter): Promise<void>; close(): void }

/** Mail over SMTP. `send` throws when the server does not take the letter; nothing of the letter is in the error. */
export const createMail = (settings: { smtpUrl: string; from: string }): Mail => {
  const transport = createTransport({
    url: settings.smtpUrl,
    pool: true,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0])
  return {
    send: async (letter) => {
      try {
        await transport.sendMail({ from: settings.from, ...letter, headers: { 'Auto-Submitted': 'auto-generated' } })
      } catch (error) {
        throw new MailNotTaken(error)
      }
    },
    close: () => transport.close(),
  }
}

/** Nodemailer's names for a server that cannot be reached or spoken to. */
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

/** The answers of mail servers quote addresses: only the code and the number are kept (promise: S3). */
export class MailNotTaken extends Error {
  /** The server will never take a letter to this address. */
  readonly isFinal: boolean
  /** It gave no answer at all: it takes no other letter now either. */
  readonly isServerAway: boolean
  constructor(cause: unknown) {
    const { code, responseCode } = (cause ?? {}) as { code?: string; responseCode?: number }
    super(`the mail server did not take the letter: ${[code, responseCode].filter(Boolean).join(' ') || 'no reason given'}`)
    this.name = 'MailNotTaken'
    this.isServerAway = awayCodes.has(code ?? '')
    this.isFinal = code === 'EENVELOPE' && (responseCode ?? 0) >= 500
  }
}
