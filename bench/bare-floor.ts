import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** How late each bare activity ran, and the processor time of its worker and client. */
export type BareTimers = { lateMs: number[]; processorMs: number }

/** Runs bare workflows on this Temporal server, evenly over `overMs`: what nothing could be below. */
export const runBareTimers = async (
  address: string,
  plan: { count: number; overMs: number },
): Promise<BareTimers> => {
  const program = fileURLToPath(new URL('./bare-timers.ts', import.meta.url))
  const numbers = ['--count', String(plan.count), '--over', String(plan.overMs)]
  const args = ['--import', 'tsx', program, '--address', address, ...numbers]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 10_000_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as BareTimers
}
