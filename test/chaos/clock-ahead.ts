import { readFileSync } from 'node:fs'

/**
 * Loaded into a worker before its own code. Advances its clock by the number in the file, so that
 * tests don't have to wait for the minutes of reconciliation. Only the clock changes: every window
 * keeps its length.
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
