import { types } from 'node:util'
import { trace } from '@opentelemetry/api'
import { type DestinationStream, type Logger, pino } from 'pino'
import { requestIds } from '../db/notifications/request-ids.ts'

/** promise: S3: anything that looks like a token is removed from logs, wherever it appears. */
const tokenForms = [
  /EAA[A-Za-z0-9]{6,}/g,
  /\b(?:act|rft)\.[A-Za-z0-9!*._-]{4,}/g,
  /(access_token|client_secret|fb_exchange_token|upload_token|code|appsecret_proof)=[^&\s"]+/g,
  /(Bearer|OAuth) [A-Za-z0-9._!*|-]{8,}/g,
]

/** Writes JSON lines to standard output, or to `destination`. */
export const createLog = (
  name: string,
  level: string,
  destination: DestinationStream = standardOutput(),
): Logger =>
  pino(
    {
      name,
      level,
      base: { name },
      redact: {
        paths: ['req.headers', '*.password', '*.token', '*.accessToken', '*.refreshToken'],
        censor: '[redacted]',
      },
      formatters: { log: (fields) => shapeErrors(fields) as Record<string, unknown> },
      // pino's own serializer would copy every property of an error. Errors that reach this one are
      // already shaped.
      serializers: { err: (value: unknown) => (typeof value === 'object' ? value : typeof value) },
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

/**
 * The same fields with every Error, at any depth, as an object that JSON can show. JSON.stringify
 * writes an Error as {}, which hides the reason. Temporal's SDK logs its errors as `error`, for
 * example.
 */
const shapeErrors = (value: unknown, path: readonly unknown[] = []): unknown => {
  if (isError(value)) return shape(value)
  if (
    typeof value !== 'object' ||
    value === null ||
    ('toJSON' in value && typeof value.toJSON === 'function')
  )
    return value
  if (path.includes(value)) return '[circular]'
  const inside = (item: unknown) => shapeErrors(item, [...path, value])
  return Array.isArray(value)
    ? value.map(inside)
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item)]))
}

/**
 * promise: S3: only these properties of an error are logged. Others may quote row values from the
 * database, such as an email address.
 */
const shape = (error: Error, path: readonly unknown[] = []): Record<string, unknown> | string => {
  if (path.includes(error)) return '[circular]'
  const { name: type, message, stack, cause } = error
  const code = 'code' in error ? error.code : undefined
  const inside = (other: Error) => shape(other, [...path, error])
  // A refused connection is an AggregateError without a message: it holds one error per address
  // that was tried.
  const errors =
    error instanceof AggregateError ? error.errors.filter(isError).map(inside) : undefined
  return {
    type,
    message,
    code,
    stack,
    ...(errors ? { errors } : {}),
    ...(isError(cause) ? { cause: inside(cause) } : {}),
  }
}

/** Also recognizes errors from another realm, such as the sandbox of workflows. */
const isError = (value: unknown): value is Error =>
  value instanceof Error || types.isNativeError(value)

const scrub = (line: string): string =>
  tokenForms.reduce((text, form) => text.replace(form, '[redacted]'), line)

/**
 * The logger for Temporal's SDK. Maps its levels to ours, so that a filter for errors finds its
 * errors too.
 */
export const temporalLines =
  (log: Logger) =>
  ({ level, message, meta }: { level: string; message: string; meta?: unknown }): void => {
    const write = {
      TRACE: 'trace',
      DEBUG: 'debug',
      INFO: 'info',
      WARN: 'warn',
      ERROR: 'error',
    } as const
    log[write[level as keyof typeof write] ?? 'warn']({ temporal: meta }, message)
  }
