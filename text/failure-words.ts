/**
 * Describes an error in one sentence for someone at a terminal, without stack traces or values of
 * settings. Errors with their own message keep it.
 */
export function sentenceOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  if (!(first instanceof Error)) return `It failed: ${String(first)}.`
  return databaseWords(first) ?? portWords(first) ?? fileWords(first) ?? withoutStack(first)
}

/** The operating system's explanation of common errors. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return (code && systemWords[code]) || message
}

const systemWords: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'not found',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
}

/** An error about a port that we want to listen on. */
function portWords({ code, address, port }: DriverError): string | undefined {
  return code === 'EADDRINUSE'
    ? `Port ${port} of ${address} is in use by another program.`
    : undefined
}

function fileWords(error: NodeJS.ErrnoException): string | undefined {
  if (!error.code || !systemWords[error.code] || !error.path) return undefined
  return `${error.path} cannot be used: ${systemWords[error.code]}.`
}

const unreachable = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]
/**
 * An open connection ended: the driver's codes, and PostgreSQL's codes for an operator ending it or
 * the server stopping.
 */
const lost = ['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', '57P01', '57P02']

type DriverError = Error & {
  code?: string
  address?: string
  hostname?: string
  port?: number
  severity?: string
}

/**
 * PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html. The others
 * are from the driver and Node.
 */
function databaseWords(error: DriverError): string | undefined {
  const { code = '', severity } = error
  if (code === 'CONNECT_TIMEOUT')
    return 'PostgreSQL does not answer at the address in DATABASE_URL.'
  if (lost.includes(code))
    return 'PostgreSQL ended the connection: it was stopped or restarted. Try again when it runs.'
  if (unreachable.includes(code)) {
    const host = error.address ?? error.hostname
    const place = host ? ` at ${error.port ? `${host}:${error.port}` : host}` : ''
    return `Nothing answers${place} (${code}). Check the address, and that the server runs.`
  }
  if (!severity) return undefined
  if (/^28/.test(code)) return 'PostgreSQL refuses the user name or the password in DATABASE_URL.'
  if (code === '3D000') return 'The database that DATABASE_URL names does not exist.'
  if (code === '42P01')
    return 'The database lacks a table of this version. Run the migrations first: npm run migrate.'
  if (code === '42501')
    return `PostgreSQL does not permit this to the user in DATABASE_URL: ${error.message}.`
  if (code === '53100') return 'The disk of PostgreSQL’s machine is full.'
  if (code === '53300')
    return 'PostgreSQL has no connection left. Raise max_connections, or run fewer programs.'
  if (code === '57P03') return 'PostgreSQL is starting up or shutting down. Try again in a moment.'
  return `PostgreSQL refused a statement: ${error.message} (${code}).`
}

/**
 * Keeps a message with several lines, because it is a list, but removes the lines of a stack trace.
 */
function withoutStack({ name, message }: Error): string {
  const lines = (message || name).split('\n').filter((line) => !/^\s+at .*[:(]/.test(line))
  return lines.join('\n').trim()
}
