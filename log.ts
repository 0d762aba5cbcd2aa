import { type Logger, pino } from 'pino'

/** promise: S3: what looks like a token never reaches a log, whatever it stands in. */
const tokenForms = [
  /EAA[A-Za-z0-9]{6,}/g,
  /\b(?:act|rft)\.[A-Za-z0-9!*._-]{4,}/g,
  /(access_token|client_secret|fb_exchange_token|upload_token|code|appsecret_proof)=[^&\s"]+/g,
  /(Bearer|OAuth) [A-Za-z0-9._!*|-]{8,}/g,
]

export const createLog = (name: string, level: string): Logger =>
  pino(
    {
      name,
      level,
      base: { name },
      redact: { paths: ['req.headers', '*.password', '*.token', '*.accessToken', '*.refreshToken'], censor: '[redacted]' },
      hooks: { streamWrite: scrub },
    },
    pino.destination({ dest: 1, sync: true }),
  )

export const scrub = (line: string): string => tokenForms.reduce((text, form) => text.replace(form, '[redacted]'), line)
