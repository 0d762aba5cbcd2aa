import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { Problem, reason } from '../problem.ts'
import { type Child, type Command, logEnd, startChild } from '../programs/child.ts'
import { type User, unprivilegedUser } from '../programs/unprivileged.ts'
import type { Watchdog } from '../programs/watchdog.ts'
import { postgresFolder } from './folder.ts'
import { type Programs, postgresPrograms } from './programs.ts'

export type PostgresOptions = {
  dataDir: string
  port: number
  password: string
  logFile: string
  watchdog?: Watchdog
  /** For tests: doesn't force writes to disk, and allows many connections. */
  throwaway?: boolean
}
export type Postgres = {
  pid: number | undefined
  /** The URL of a database. The user owns all of them. */
  url(database: string): string
  /** Resolves with the reason if it ended unexpectedly. */
  ended: Promise<string>
  stop(): Promise<void>
}

const owner = 'cratesocial'

/**
 * Starts PostgreSQL from its npm package on 127.0.0.1. The first time, creates its files. Throws a
 * Problem if it can't start.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = unprivilegedUser()
  const folder = postgresFolder(options.dataDir, user)
  const programs = postgresPrograms(user, () => join(folder, 'programs'))
  const files = join(folder, 'postgres')
  if (!existsSync(files)) makeFiles(programs, user, files, options.password)
  refuseOtherVersion(programs, files)

  const command = serverCommand(programs, user, files, options)
  const child = startChild(command, options.watchdog)
  const url = (database: string) =>
    `postgres://${owner}:${options.password}@127.0.0.1:${options.port}/${database}`
  await untilItAnswers(url('postgres'), child, command)
  return {
    pid: child.pid,
    url,
    ended: child.ended.then((why) => why + logEnd(command, child)),
    stop: child.stop,
  }
}

/**
 * Creates the files in a temporary folder first, so that a partial one is never used as a database.
 */
function makeFiles(
  programs: Programs,
  user: User | undefined,
  files: string,
  password: string,
): void {
  const unfinished = `${files}.unfinished`
  const passwordFile = `${files}.password`
  try {
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { mode: 0o700 })
    rmSync(passwordFile, { force: true })
    writeFileSync(passwordFile, password, { mode: 0o600 })
    if (user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid)
    // The built-in locale sorts the same on every machine.
    const flags = [
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--auth=scram-sha-256',
      '--no-sync',
    ]
    const args = ['-D', unfinished, `--username=${owner}`, `--pwfile=${passwordFile}`, ...flags]
    const result = spawnSync(programs.initdb, args, {
      encoding: 'utf8',
      cwd: '/',
      env: {},
      ...user,
    })
    if (result.status !== 0)
      throw new Problem(
        `The database can't be created in ${files}: ${result.error ? reason(result.error) : result.stderr.trim()}`,
      )
    renameSync(unfinished, files)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

function refuseOtherVersion(programs: Programs, files: string): void {
  const made = readFileSync(join(files, 'PG_VERSION'), 'utf8').trim()
  if (made === programs.version) return
  throw new Problem(
    `${files} was created by PostgreSQL ${made} and this is ${programs.version}. Dump it with the old version, or remove the folder.`,
  )
}

function serverCommand(
  programs: Programs,
  user: User | undefined,
  files: string,
  options: PostgresOptions,
): Command {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${options.throwaway ? 400 : 100}`,
    // promise: A3: DETAIL lines quote rows, such as an email address or the text of a post. "terse"
    // leaves them out.
    'log_error_verbosity=terse',
  ]
  if (options.throwaway)
    settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off')
  return {
    name: 'PostgreSQL',
    program: programs.postgres,
    args: [
      '-D',
      files,
      '-p',
      String(options.port),
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    env: {},
    cwd: '/',
    user,
    logFile: options.logFile,
    stopSignal: 'SIGINT', // "fast" shutdown: ends the sessions and writes everything to disk
    stopTimeoutMs: 30_000,
  }
}

/**
 * The server refuses connections at first, and answers "starting up" while it recovers from a
 * crash.
 */
async function untilItAnswers(url: string, child: Child, command: Command): Promise<void> {
  let ended = false
  void child.ended.then(() => {
    ended = true
  })
  for (const giveUpAt = Date.now() + 60_000; ; await sleep(50)) {
    const answer = await ask(url)
    if (answer === undefined) return
    if (ended) throw new Problem(`${await child.ended}${logEnd(command, child)}`)
    if (/^28/.test(answer)) {
      await child.stop()
      throw new Problem(
        `PostgreSQL doesn't accept the password in secrets.json: that file belongs to another database.`,
      )
    }
    if (Date.now() > giveUpAt) {
      await child.stop()
      throw new Problem(
        `PostgreSQL did not answer within a minute (${answer}).${logEnd(command, child)}`,
      )
    }
  }
}

/** Undefined if it answers, otherwise the error code. */
async function ask(url: string): Promise<string | undefined> {
  const sql = postgres(url, { max: 2, connect_timeout: 5, onnotice: () => undefined })
  try {
    await sql`select 1`
  } catch (error) {
    return String((error as { code?: string }).code ?? (error as Error).message)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Creates the database unless it exists. */
export async function ensureDatabase(server: Postgres, name: string): Promise<void> {
  const sql = postgres(server.url('postgres'), { max: 2, onnotice: () => undefined })
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${name}`
    if (!found) await sql`create database ${sql(name)}`
  } finally {
    await sql.end({ timeout: 1 })
  }
}
