import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readCommand, sayFailures } from '../commands/command.ts'
import { sentenceOf } from '../text/failure-words.ts'
import { prepareDataFolder } from './data-folder.ts'
import { clearInterrupted } from './demo/note.ts'
import { type Lock, lockFolder } from './lock.ts'
import { turnLogs } from './log-file.ts'
import { onceNpmIsGone } from './programs/npm.ts'
import { watchSources } from './programs/watch-sources.ts'
import { startWatchdog } from './programs/watchdog.ts'
import { loadSettings, root } from './settings.ts'
import { type Addresses, createStack, type Stack } from './stack.ts'

/**
 * `npm start`: starts everything on this machine, prints the addresses, and stops everything on
 * Ctrl-C or SIGTERM.
 */
const startedAt = Date.now()
const { demo: wantsDemo = false, watch: watches = false } = readCommand('start', (command) =>
  command
    .description(
      'Starts everything that CrateSocial needs on this machine. Ctrl-C stops it all. Settings come from the ' +
        'environment and from .env.local; data is in .data (DATA_DIR).',
    )
    .option('--demo', 'fill a new installation with people, accounts, posts and a year of numbers')
    .option(
      '--watch',
      'restart the web server, the worker or the sandbox when a file that they read changes',
    ),
).options
const say = (line: string) => console.log(`  ${line}`)

loadSettings()

const dataDir = resolve(root, process.env.DATA_DIR || '.data')
const cleanUps: (() => void | Promise<void>)[] = []
let ending = false
let lock: Lock | undefined

watchForTheEnd()
// If the terminal is gone, keep stopping.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
try {
  console.log('Starting CrateSocial…')
  await prepareDataFolder(dataDir)
  const watchdog = startWatchdog()
  cleanUps.push(watchdog.finish)
  lock = await lockFolder(dataDir, watchdog.pid, say)
  cleanUps.push(lock.release)
  if (clearInterrupted(dataDir, { wantsDemo, env: process.env }))
    say('Loading the demo was interrupted. Starting over.')
  const stack = await createStack({ env: process.env, dataDir, watchdog, say })
  cleanUps.push(stack.stop)
  void stack.broken.then((why) => end(1, why))
  const addresses = await stack.start()
  turnLogsEachMinute()
  if (watches)
    cleanUps.push(watchSources(root, (programs, path) => void restart(stack, programs, path)))
  tell(addresses, wantsDemo ? await demo(addresses) : [])
} catch (error) {
  await end(1, sentenceOf(error))
}

function tell(
  { publicUrl, invitation, temporalUi, sandbox, sandboxControl, mailbox }: Addresses,
  signIn: string[],
): void {
  const lines: [string, string | undefined | null][] = [
    ['CrateSocial', publicUrl],
    ['Your invitation', wantsDemo ? null : invitation],
    ['Mailbox', mailbox],
    ['Platform sandbox', sandbox],
    ['Faults and settings', sandboxControl],
    ['Temporal', temporalUi],
    ['Data and logs', dataDir],
  ]
  const shown = lines
    .filter(([, value]) => value)
    .map(([name, value]) => `  ${name.padEnd(20)} ${value}`)
  const ready = `Ready after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s. Ctrl-C stops everything.`
  const people = signIn.map((line) => `  ${line}`)
  console.log(
    ['', ready, '', ...people, ...(people.length > 0 ? [''] : []), ...shown, ''].join('\n'),
  )
  if (invitation && !wantsDemo)
    console.log('  The invitation works once and makes the person who opens it the operator.\n')
}

async function restart(stack: Stack, programs: Set<string>, path: string): Promise<void> {
  say(`${path} changed. Restarting: ${[...programs].join(', ')}.`)
  await stack.restart(programs)
}

/** Code that fills a new installation is loaded only if requested. */
async function demo(addresses: Addresses): Promise<string[]> {
  const { fillDemo } = await import('./demo/fill.ts')
  return fillDemo({ ...addresses, dataDir, say })
}

function watchForTheEnd(): void {
  let askedAt = 0
  const ask = () => {
    // npm passes on the Ctrl-C that we already got from the terminal; only a later one means "at
    // once".
    if (ending && Date.now() - askedAt > 1_500) process.exit(1) // the watchdog stops the rest
    if (!ending) askedAt = Date.now()
    void end(0, 'Stopping.')
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
  process.on('SIGHUP', ask)
  onceNpmIsGone(ask)
  sayFailures((error) => end(1, sentenceOf(error)))
}

/** Stops everything in reverse order and exits. A second call waits for the first. */
async function end(code: number, words = ''): Promise<never> {
  if (ending) return new Promise(() => undefined)
  ending = true
  if (code === 0) console.log(`\n${words}`)
  else console.error(`\n${words}\n`)
  lock?.ending()
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
  if (code === 0) console.log('Everything has stopped.')
  process.exit(code)
}

function turnLogsEachMinute(): void {
  const folder = join(dataDir, 'logs')
  setInterval(() => turnLogs(readdirSync(folder).map((name) => join(folder, name))), 60_000).unref()
}
