import { execFile } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import { environment, spawnLimited } from './programs/limited-process.ts'

/**
 * Runs ffmpeg in a restricted process, because it reads untrusted files: without our environment
 * variables and without network, with limits on memory, processor time, threads and output, and at
 * the lowest priority. It ends when our process ends, even if that is killed.
 */
export type Ffmpeg = (args: string[], limits?: Partial<FfmpegLimits>) => Promise<FfmpegResult>

export type FfmpegLimits = {
  /** Address space, which is larger than the memory that is used. */
  memoryBytes: number
  /** Processor time over all threads. */
  processorSeconds: number
  /** Elapsed time. */
  clockSeconds: number
  /** The size of each output file. */
  outputBytes: number
  /** Called each time another part of the output was written. */
  onProgress?: (doneMs: number) => void
  signal?: AbortSignal
}

export type FfmpegResult = { log: string }

/**
 * ffmpeg failed. `log`: the end of its output. It may quote the file, such as its title or the
 * place it was filmed at, so it is a getter, which a logger doesn't write.
 */
export class FfmpegFailed extends Error {
  override name = 'FfmpegFailed'
  readonly why: 'failed' | 'too_slow' | 'too_large' | 'missing' | 'stopped'
  readonly #log: string
  constructor(why: FfmpegFailed['why'], log: string) {
    super(`ffmpeg: ${why}`)
    this.why = why
    this.#log = log
  }

  get log(): string {
    return this.#log
  }
}

export const ffmpegLimits: FfmpegLimits = {
  memoryBytes: 3 * 2 ** 30,
  processorSeconds: 3_600,
  clockSeconds: 1_800,
  outputBytes: 4 * 2 ** 30,
}

/** Two threads are enough on small servers and leave capacity for publishing. */
const threads = ['-threads', '2', '-filter_threads', '1', '-filter_complex_threads', '1']
const always = [
  '-hide_banner',
  '-nostats',
  '-progress',
  'pipe:1',
  '-y',
  '-protocol_whitelist',
  'file,pipe',
]

/** How many bytes of its log are kept. */
const logBytes = 64 * 2 ** 10

/** Creates a runner for the program at `path`. */
export const createFfmpeg =
  (path: string, signal?: AbortSignal): Ffmpeg =>
  async (args, asked = {}) => {
    const limits = { ...ffmpegLimits, ...(signal ? { signal } : {}), ...asked }
    const child = spawnLimited(path, [...always, ...threads, ...args], limits)
    let why: FfmpegFailed['why'] | undefined
    const end = (reason: FfmpegFailed['why']) => {
      why ??= reason
      if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    }
    const timer = setTimeout(() => end('too_slow'), limits.clockSeconds * 1000)
    const onAbort = () => end('stopped')
    limits.signal?.addEventListener('abort', onAbort)
    if (limits.signal?.aborted) onAbort()
    let log = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`
      if (log.length > 2 * logBytes) log = log.slice(0, logBytes) + log.slice(-logBytes)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const done = /^out_time_us=(\d+)$/.exec(line)?.[1]
      if (done) limits.onProgress?.(Math.round(Number(done) / 1000))
    })
    child.stdin.on('error', () => undefined) // the program ended first
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', resolve)
      })
      if (code === 0 && !why) return { log }
      throw new FfmpegFailed(why ?? reasons[code ?? -1] ?? 'failed', log.slice(-logBytes))
    } finally {
      clearTimeout(timer)
      limits.signal?.removeEventListener('abort', onAbort)
    }
  }

/** The version from `ffmpeg -version`, such as 9.0.2. Null if there is no such program. */
export const ffmpegVersion = async (path: string): Promise<string | null> => {
  try {
    const { stdout } = await promisify(execFile)(path, ['-version'], {
      env: environment,
      timeout: 10_000,
    })
    return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? null
  } catch {
    return null // missing, not a program, or it doesn't answer
  }
}

/** Logs an error if there is no ffmpeg. Never rejects, so a start doesn't have to wait for it. */
export const reportMissingFfmpeg = async (
  path: string,
  log: Pick<Logger, 'error'>,
): Promise<void> => {
  if (await ffmpegVersion(path)) return
  log.error(
    'ffmpeg is missing: videos and HEIC pictures are refused, and nothing is converted. Install it, or set FFMPEG_PATH.',
  )
}

/**
 * Exit codes of the shell: 128 plus the signal number. 126 and 127 mean that there is no such
 * program.
 */
const reasons: Record<number, FfmpegFailed['why']> = {
  126: 'missing',
  127: 'missing',
  137: 'too_slow', // SIGKILL by the system, at the end of its processor time
  152: 'too_slow', // SIGXCPU
  153: 'too_large', // SIGXFSZ
}
