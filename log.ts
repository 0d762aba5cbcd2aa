import { trace } from '@opentelemetry/api'
import { type DestinationStream, type Logger, pino } from 'pino'
import { requestIds } from './db/request-ids.ts'

/** promise: S3: what looks like a token never reaches a log, whatever it stands in. */
const tokenForms = [
  /EAA[A-Za-z0-9]{6,}/g,
  /\b(?:act|rft)\.[A-Za-z0-9!*._-]{4,}/g,
  /(access_token|client_secret|fb_exchange_token|upload_token|code|appsecret_proof)=[^&\s"]+/g,
  /(Bearer|OAuth) [A-Za-z0-9._!*|-]{8,}/g,
]

/** JSON lines on standard output, or wherever `destination` leads. */
export const createLog = (name: string, level: string, destination: DestinationStream = standardOutput()): Logger =>
  pino(
    {
      name,
      level,
      base: { name },
      redact: { paths: ['req.headers', '*.password', '*.token', '*.accessToken', '*.refreshToken'], censor: '[redacted]' },
      serializers: { err: shape },
      mixin: () => {
        const requestId = requestIds.getStore()
        const traceId = trace.getActiveSpan()?.spanContext().traceId
        return { ...(requestId ? { requestId } : {}), ...(traceId ? { traceId } : {}) }
      },
      hooks: { streamWrite: scrub },
    },
    destination,
  )

const standardOutput = (): DestinationStream => pino.destination({ dest: 1, sync: true })

/** promise: S3: these and nothing else of an error: the other properties of a database's errors quote values of the row, an email among them. */
const shape = (error: unknown): Record<string, unknown> | string => {
  if (!(error instanceof Error)) return typeof error
  const { name: type, message, stack, cause } = error
  const code = 'code' in error ? error.code : undefined
  return { type, message, code, stack, ...(cause instanceof Error ? { cause: shape(cause) } : {}) }
}

export const scrub = (line: string): string => tokenForms.reduce((text, form) => text.replace(form, '[redacted]'), line)
