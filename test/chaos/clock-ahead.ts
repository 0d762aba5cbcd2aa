import { readFileSync } from 'node:fs'

/**
 * Loaded into a worker before its own code: its clock goes ahead by what stands in the file, so that a test need not wait
 * through the minutes that reconciling waits. Only the clock is moved: every window keeps its length.
 */
const path = process.env.CLOCK_AHEAD_FILE
if (!path) throw new Error('CLOCK_AHEAD_FILE is not set')

const realNow = Date.now.bind(Date)
let aheadMs = read(path)
Date.now = () => realNow() + aheadMs
setInterval(() => {
  aheadMs = read(path)
}, 200).unref()

function read(file: string): number {
  return Number(readFileSync(file, 'utf8')) || 0
}
