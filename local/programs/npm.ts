import { existsSync, readFileSync } from 'node:fs'

/**
 * Calls back once when the npm that started us is gone: if npm is killed, it can't pass on signals,
 * and nobody could stop us from its terminal. Never calls back without npm, or if the system
 * doesn't report parent processes.
 */
export function onceNpmIsGone(callBack: () => void): void {
  if (!process.env.npm_lifecycle_event) return
  const before = lineage()
  const timer = setInterval(() => {
    if (lineage() === before) return
    clearInterval(timer)
    callBack()
  }, 500)
  timer.unref()
}

/** The process id of the npm that started us. Undefined without npm. */
export function npmPid(): number | undefined {
  return process.env.npm_lifecycle_event ? Number(lineage().split(' ').pop()) : undefined
}

/**
 * Identifies npm by our ancestors. npm starts us through a shell; if the shell is still there, npm
 * is its parent, and that changes when npm dies.
 */
function lineage(): string {
  const stat = `/proc/${process.ppid}/stat`
  if (!existsSync(stat)) return String(process.ppid)
  const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(stat, 'utf8')) ?? []
  return /sh$/.test(name ?? '') ? `${process.ppid} ${parent}` : String(process.ppid)
}
