import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { atTheEnd } from './at-the-end.ts'

const root = new URL('../../', import.meta.url).pathname

/** `npm run build` into a folder of its own, which goes with the file's last test. */
export async function build(): Promise<string> {
  const out = join(root, '.cache', `build-${randomBytes(6).toString('hex')}`)
  atTheEnd(() => rm(out, { recursive: true, force: true }))
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'production/build.ts', '--out', out], { cwd: root })
  if (!existsSync(join(out, 'server.js'))) throw new Error('the build has no server.js')
  return out
}

export type Program = {
  process: ChildProcess
  /** Milliseconds from the start to the line. Rejects with all it said when it ends before. */
  says(words: string): Promise<number>
  /** Everything it said so far. */
  output(): string
  /** Its resident memory. */
  residentMb(): number
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>
}

/** Runs a program of the build with this environment and no other variable but PATH. Stopped after the file's last test. */
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
    Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024)
  return { process: child, says, output: () => said, residentMb, stop }
}
