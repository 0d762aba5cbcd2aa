import { existsSync, readFileSync } from 'node:fs'

/**
 * Calls back once when the npm that started us is gone: killed outright it can pass no signal on, and nobody could stop us from its
 * terminal any more. Started without npm, or where the system does not tell who started whom, it never does.
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

/** npm starts us through a shell, which may stay between: then npm is the shell's parent, and its death changes that. */
function lineage(): string {
  const stat = `/proc/${process.ppid}/stat`
  if (!existsSync(stat)) return String(process.ppid)
  const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(stat, 'utf8')) ?? []
  return /sh$/.test(name ?? '') ? `${process.ppid} ${parent}` : String(process.ppid)
}
