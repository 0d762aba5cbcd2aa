import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs'

const rotateAtBytes = 5_000_000

/** Opens a log for appending, after moving a long one aside. Children write to it themselves, so nothing is lost when the starter dies. */
export function openLog(path: string): number {
  if (existsSync(path) && statSync(path).size > rotateAtBytes) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}

/** Empties logs that outgrew four times the limit while in use; they are opened for appending, so writers go on at the start. */
export function capLogs(paths: string[]): void {
  for (const path of paths) {
    if (existsSync(path) && statSync(path).size > 4 * rotateAtBytes) truncateSync(path)
  }
}

/** The end of a log, to show why a program stopped. */
export function lastLines(path: string, lines = 6): string {
  if (!existsSync(path)) return ''
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const buffer = Buffer.alloc(Math.min(size, 8_192))
    readSync(file, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } finally {
    closeSync(file)
  }
}
