import type { ChildProcess } from 'node:child_process'

/** Stops a program that a test started. Returns at once if it has ended already. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const end = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await end
}
