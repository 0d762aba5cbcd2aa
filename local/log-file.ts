import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'

const rotateAtBytes = 5_000_000

/**
 * Opens a log for appending; a long one is rotated first. Children write to it directly, so nothing
 * is lost if the starter dies.
 */
export function openLog(path: string): number {
  if (existsSync(path) && statSync(path).size > rotateAtBytes) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}

const turnAfterMs = 7 * 86_400_000

/**
 * Rotates logs weekly: lines move to `.1` until the next rotation, so no line is kept for more than
 * two weeks. A log that has grown beyond four times the limit is emptied without a copy. Logs
 * are opened for appending, so programs go on writing to the emptied file. promise: S6
 */
export function turnLogs(paths: string[], nowMs = Date.now()): void {
  for (const path of paths.filter((path) => !path.endsWith('.1') && existsSync(path))) {
    const { size, birthtimeMs } = statSync(path)
    const aside = `${path}.1`
    const turnedMs = existsSync(aside) ? statSync(aside).mtimeMs : birthtimeMs
    if (nowMs - turnedMs <= turnAfterMs && size <= 4 * rotateAtBytes) continue
    if (size > 4 * rotateAtBytes) rmSync(aside, { force: true })
    else copyFileSync(path, aside)
    truncateSync(path)
  }
}

/**
 * Why a program ended, from its log since `fromBytes`: its errors, or else its last lines. Leaves
 * out stack traces and control characters.
 */
export function lastWords(path: string, fromBytes = 0, most = 6): string {
  const lines = tail(path, fromBytes)
    .map(asWords)
    .filter((line) => line.text !== '')
  const errors = lines.filter(({ isError }) => isError)
  return [...new Set((errors.length > 0 ? errors : lines).map(({ text }) => text))]
    .slice(-most)
    .join('\n')
}

type Line = { text: string; isError: boolean }

/**
 * Our programs write JSON lines, where level 50 is an error. PostgreSQL, and our programs before
 * their log is open, write plain text.
 */
function asWords(line: string): Line {
  if (line.startsWith('{') && line.endsWith('}')) return jsonWords(line)
  const isNoise = /^\s+at |^[\s{}[\](),;^~]*$|^Node\.js v\d/.test(line)
  return { text: isNoise ? '' : line, isError: /\b(ERROR|FATAL|PANIC)\b|^\w*Error: /.test(line) }
}

function jsonWords(line: string): Line {
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: unknown
      msg?: string
      err?: { message?: string }
    }
    const isError = typeof level === 'number' ? level >= 50 : /error|fatal/.test(String(level))
    const text = [msg, err?.message].filter(Boolean).join(': ')
    return { text: isError ? text : '', isError: isError && text !== '' }
  } catch {
    return { text: line, isError: false } // not JSON after all
  }
}

const mostBytes = 16_384

function tail(path: string, fromBytes: number): string[] {
  if (!existsSync(path)) return []
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const from = Math.max(size - mostBytes, fromBytes <= size ? fromBytes : 0)
    const buffer = Buffer.alloc(size - from)
    readSync(file, buffer, 0, buffer.length, from)
    return buffer.toString('utf8').trimEnd().split('\n')
  } finally {
    closeSync(file)
  }
}
