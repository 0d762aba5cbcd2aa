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

/** Opens a log for appending, after moving a long one aside. Children write to it themselves, so nothing is lost when the starter dies. */
export function openLog(path: string): number {
  if (existsSync(path) && statSync(path).size > rotateAtBytes) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}

const turnAfterMs = 7 * 86_400_000

/**
 * Turns logs that are a week old or outgrew four times the limit while in use: what was written lies aside, until the next turn at the
 * latest, so that no line is kept for more than two weeks. They are opened for appending, so writers go on at the start. promise: S6
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

/** What a log says about its end: the last lines that speak of an error, or else simply the last. */
export function lastWords(path: string, most = 3): string {
  const lines = tail(path)
  const complaints = lines.filter((line) => /error|fatal|cannot|refused|denied/i.test(line))
  return [...new Set(complaints.length > 0 ? complaints : lines)].slice(-most).join('\n')
}

function tail(path: string): string[] {
  if (!existsSync(path)) return []
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const buffer = Buffer.alloc(Math.min(size, 4_096))
    readSync(file, buffer, 0, buffer.length, size - buffer.length)
    return buffer
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .slice(-30)
      .filter((line) => line.trim())
  } finally {
    closeSync(file)
  }
}
