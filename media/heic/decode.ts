import { once } from 'node:events'
import { extname, join } from 'node:path'
import { spawnLimited } from '../programs/limited-process.ts'

const limits = {
  /** Of one picture: 64 million pixels take about 20 seconds. */
  clockSeconds: 60,
  processorSeconds: 60,
  outputBytes: 512 * 2 ** 20,
  /** A process of Node reserves far more addresses than it uses, so V8 limits the memory. */
  memoryBytes: null,
}
const memory = [
  '--max-old-space-size=256',
  `--wasm-max-mem-pages=${2 ** 30 / 65_536}`, // 1 GB for libheif
]

/**
 * Decodes a HEIC with libheif in a process of its own, for versions of ffmpeg that can't read it.
 * Writes a PNG. False if that fails, whatever the reason.
 */
export const decodeHeic = async (from: string, to: string): Promise<boolean> => {
  const program = join(import.meta.dirname, `decoding-program${extension}`)
  const loader = extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : []
  const child = spawnLimited(process.execPath, [...memory, ...loader, program, from, to], limits)
  child.stdin.on('error', () => undefined) // the program ended first
  child.stdout.resume()
  child.stderr.resume()
  const timer = setTimeout(() => {
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  }, limits.clockSeconds * 1000)
  const [code] = (await once(child, 'close').finally(() => clearTimeout(timer))) as [number | null]
  return code === 0
}

/** Compiled in production. */
const extension = extname(import.meta.filename)
