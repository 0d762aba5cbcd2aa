import { relative } from 'node:path'
import { debuglog } from 'node:util'
import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  InvalidArgumentError,
  type OptionValues,
} from '@commander-js/extra-typings'
import { type Config, loadConfig } from '../config/index.ts'
import { sentenceOf } from '../text/failure-words.ts'

/** Exit codes of all programs: success (also after showing help), failure, wrong usage. */
export const exitCodes = { ok: 0, failed: 1, wrongUse: 2 }

/** The options or arguments are invalid. The program ends with exit code 2. */
export class WrongUse extends Error {
  override name = 'WrongUse'
}

/**
 * Runs a program: reads its options, shows its help, calls its action, and reports errors in one
 * sentence. The action sets `process.exitCode` if the program ran but the result is bad.
 */
export async function runCommand(
  name: string,
  define: (command: Command) => CommandUnknownOpts,
): Promise<void> {
  sayFailures()
  try {
    await define(framed(name)).parseAsync()
  } catch (error) {
    tell(error)
  } finally {
    await cleanUp?.()
  }
}

/**
 * Reads options and arguments, for programs without an action. Ends the program after `--help` or
 * wrong usage.
 */
export function readCommand<Args extends unknown[], Options extends OptionValues>(
  name: string,
  define: (command: Command) => Command<Args, Options>,
): { args: Args; options: Options } {
  sayFailures()
  const command = define(framed(name))
  try {
    command.parse()
  } catch (error) {
    tell(error)
    process.exit()
  }
  return { args: command.processedArgs, options: command.opts() }
}

let prepare: (() => Promise<() => Promise<void>>) | undefined
let cleanUp: (() => Promise<void>) | undefined

/**
 * Registers work to do before the configuration is read, such as starting a local database. It
 * returns the cleanup.
 */
export function beforeConfig(work: () => Promise<() => Promise<void>>): void {
  prepare = work
}

/** The configuration, for an action. Throws a ConfigError that lists all errors. */
export async function configOfCommand(): Promise<Config> {
  cleanUp = await prepare?.()
  return loadConfig()
}

/** A parser for an option or argument that is a whole number. */
export function wholeNumber(min = 0, max = Number.MAX_SAFE_INTEGER): (given: string) => number {
  return (given) => {
    const value = Number(given)
    if (!/^\d+$/.test(given) || value < min || value > max)
      throw new InvalidArgumentError(
        max === Number.MAX_SAFE_INTEGER
          ? `It must be a whole number, ${min} or more.`
          : `It must be a whole number from ${min} to ${max}.`,
      )
    return value
  }
}

/**
 * Makes uncaught errors end the program with a one-sentence message. NODE_DEBUG=cratesocial adds
 * the stack trace. `end` replaces this for programs that write a log or have something to clean up.
 */
export function sayFailures(end: (error: unknown) => unknown = tellAndExit): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.removeAllListeners(event)
    process.on(event, (error: unknown) => void end(error))
  }
}

function tellAndExit(error: unknown): never {
  tell(error)
  process.exit(process.exitCode || exitCodes.failed)
}

/**
 * For programs that write a log: logs an uncaught error with its stack trace before the program
 * ends.
 */
export function logFailures(log: { fatal(fields: { err: unknown }, words: string): void }): void {
  sayFailures((error) => {
    log.fatal({ err: error }, 'ended with an unexpected error')
    process.exit(exitCodes.failed)
  })
}

/** Prints an error in one sentence and sets the exit code. */
export function tell(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has already printed the message.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongUse
    return
  }
  debug('%s', error instanceof Error ? error.stack : error)
  console.error(sentenceOf(error))
  process.exitCode = error instanceof WrongUse ? exitCodes.wrongUse : exitCodes.failed
}

const debug = debuglog('cratesocial')

function framed(name: string): Command {
  const call = callOf(name)
  return new Command(call)
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .showHelpAfterError(`Run "${call} --help" for usage.`)
    .configureOutput({
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first) => first.toUpperCase())),
    })
    .addHelpText('afterAll', '\nExit codes: 0 success, 1 failure, 2 wrong usage.')
}

/** How to start the program: with npm from the sources, or with Node from a build. */
function callOf(name: string): string {
  if (import.meta.filename.endsWith('.js'))
    return `node ${relative(process.cwd(), process.argv[1] ?? '')}`
  return name === 'start' ? 'npm start --' : `npm run ${name} --`
}
