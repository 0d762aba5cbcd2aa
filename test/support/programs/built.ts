import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { atTheEnd } from '../at-the-end.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Runs `npm run build` into a new folder, which is deleted after the file's last test. */
export async function build(): Promise<string> {
  const out = join(root, '.cache', `build-${randomBytes(6).toString('hex')}`)
  atTheEnd(() => rm(out, { recursive: true, force: true }))
  await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'production/build.ts', '--out', out],
    { cwd: root },
  )
  if (!existsSync(join(out, 'server.js'))) throw new Error('the build has no server.js')
  return out
}

export type Program = {
  process: ChildProcess
  /**
   * Milliseconds from the start until the output contains the line. If the program ends before
   * that, rejects with all its output.
   */
  says(words: string): Promise<number>
  /** All output so far. */
  output(): string
  /** Its resident memory in MB. */
  residentMb(): number
  /** Sends SIGTERM. Returns the exit code. */
  stop(): Promise<number | null>
}

/** Runs a built program with only this environment and PATH. Stopped after the file's last test. */
export function run(file: string, env: NodeJS.ProcessEnv, args: string[] = []): Program {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [file, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const watchers = new Set<() => void>()
  const hear = (chunk: Buffer) => {
    said += String(chunk)
    for (const watcher of watchers) watcher()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
    return child.exitCode
  }
  atTheEnd(stop)
  const says = (words: string) =>
    new Promise<number>((resolve, reject) => {
      const look = () => {
        if (!said.includes(words)) return
        watchers.delete(look)
        resolve(Math.round(performance.now() - startedAt))
      }
      watchers.add(look)
      look()
      void ended.then(() => reject(new Error(`${file} ended without saying "${words}":\n${said}`)))
    })
  const residentMb = () =>
    Math.round(
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    )
  return { process: child, says, output: () => said, residentMb, stop }
}
