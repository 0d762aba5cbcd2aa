import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWatchdog } from '../../local/watchdog.ts'
import { readArguments } from './arguments.ts'
import { runChaos } from './run.ts'

/**
 * `npm run chaos -- --posts 300 --kills 60 --seed N`: posts of all kinds come due while everything is killed and every fault strikes.
 * The last line is the result as JSON; exit code 1 when a post was lost, made twice or wrongly reported.
 */
const options = readArguments(process.argv.slice(2))
const folder = mkdtempSync(join(tmpdir(), 'cratesocial-chaos-'))
chmodSync(folder, 0o755) // started by root, PostgreSQL runs as another user
const startedAt = Date.now()
const say = (line: string) => console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
const watchdog = startWatchdog()
const ending = new AbortController()
const end = async (code: number): Promise<never> => {
  ending.abort()
  await watchdog.finish() // stops whatever still runs
  if (options.keep) console.log(`Logs and data: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130))

try {
  const result = await runChaos({ ...options, folder, watchdog, ending: ending.signal, say })
  console.log(JSON.stringify(result))
  await end(result.lost + result.duplicated + result.wronglyReported > 0 ? 1 : 0)
} catch (error) {
  console.error(error)
  await end(2)
}
