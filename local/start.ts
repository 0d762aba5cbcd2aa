import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'
import { prepareDataFolder } from './data-folder.ts'
import { lockFolder } from './lock.ts'
import { turnLogs } from './log-file.ts'
import { onceNpmIsGone } from './npm.ts'
import { Problem } from './problem.ts'
import { type Addresses, createStack } from './stack.ts'
import { startWatchdog } from './watchdog.ts'

/** `npm start`: brings up everything on this machine, says where to go, and takes all of it down again at Ctrl-C or SIGTERM. */
const startedAt = Date.now()
const root = new URL('../', import.meta.url).pathname
const say = (line: string) => console.log(`  ${line}`)

const settingsFile = join(root, '.env')
if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)

const dataDir = resolve(root, process.env.DATA_DIR || '.data')
let wantsDemo = false
const cleanUps: (() => void | Promise<void>)[] = []
let ending = false

watchForTheEnd()
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined) // the terminal is gone; stopping goes on
try {
  wantsDemo = readOptions().demo
  console.log('Starting CrateSocial.')
  prepareDataFolder(dataDir)
  const watchdog = startWatchdog()
  cleanUps.push(watchdog.finish)
  const unlock = await lockFolder(dataDir, watchdog.pid, say)
  cleanUps.push(unlock)
  const stack = await createStack({ env: process.env, dataDir, watchdog, say })
  cleanUps.push(stack.stop)
  void stack.broken.then((why) => end(1, why))
  const addresses = await stack.start()
  turnLogsEachMinute()
  tell(addresses, wantsDemo ? await demo(addresses) : [])
} catch (error) {
  await end(1, error instanceof Problem || error instanceof ConfigError ? error.message : (error as Error).stack)
}

function readOptions(): { demo: boolean } {
  try {
    return parseArgs({ options: { demo: { type: 'boolean', default: false } } }).values
  } catch (error) {
    throw new Problem(`${(error as Error).message.split('. ')[0]}. The only option is --demo, which fills a new installation.`)
  }
}

function tell({ publicUrl, invitation, temporalUi, sandbox, sandboxControl, mailbox }: Addresses, signIn: string[]): void {
  const lines: [string, string | undefined | null][] = [
    ['CrateSocial', publicUrl],
    ['Your invitation', wantsDemo ? null : invitation],
    ['Mailbox', mailbox],
    ['Platform sandbox', sandbox],
    ['Faults and settings', sandboxControl],
    ['Temporal', temporalUi],
    ['Data and logs', dataDir],
  ]
  const shown = lines.filter(([, value]) => value).map(([name, value]) => `  ${name.padEnd(20)} ${value}`)
  const ready = `Ready after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s. Ctrl-C stops everything.`
  const people = signIn.map((line) => `  ${line}`)
  console.log(['', ready, '', ...people, ...(people.length > 0 ? [''] : []), ...shown, ''].join('\n'))
  if (invitation && !wantsDemo) console.log('  The invitation works once and makes whoever opens it the operator.\n')
}

/** What else it takes to fill a new installation is loaded only when it is asked for. */
async function demo(addresses: Addresses): Promise<string[]> {
  const { fillDemo } = await import('./demo/fill.ts')
  return fillDemo({ ...addresses, dataDir, say })
}

function watchForTheEnd(): void {
  let askedAt = 0
  const ask = () => {
    // npm passes on the Ctrl-C that the terminal has sent already; only a later one means "at once".
    if (ending && Date.now() - askedAt > 1_500) process.exit(1) // the watchdog stops the rest
    if (!ending) askedAt = Date.now()
    void end(0, 'Stopping.')
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
  process.on('SIGHUP', ask)
  onceNpmIsGone(ask)
  process.on('uncaughtException', (error) => void end(1, error.stack))
}

/** Takes everything down, last first, and exits. The second call waits for the first. */
async function end(code: number, words = ''): Promise<never> {
  if (ending) return new Promise(() => undefined)
  ending = true
  if (code === 0) console.log(`\n${words}`)
  else console.error(`\n${words}\n`)
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
  if (code === 0) console.log('Everything is stopped.')
  process.exit(code)
}

function turnLogsEachMinute(): void {
  const folder = join(dataDir, 'logs')
  setInterval(() => turnLogs(readdirSync(folder).map((name) => join(folder, name))), 60_000).unref()
}
