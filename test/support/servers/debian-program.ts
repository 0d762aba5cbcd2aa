import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url))

export type DebianProgram = { program: string; libraries: string }

/**
 * A program for tests: from the PATH, or else from a Debian package that is unpacked into the cache
 * without installing it. `packages`: the package with the program first, then the libraries it
 * needs.
 */
export async function debianProgram(name: string, packages: string[]): Promise<DebianProgram> {
  const known = (process.env.PATH ?? '').split(':').map((place) => join(place, name))
  const here = known.find((program) => existsSync(program))
  if (here) return { program: here, libraries: process.env.LD_LIBRARY_PATH ?? '' }
  const folder = join(cache, packages[0] ?? name)
  if (!existsSync(folder)) await unpack(folder, packages)
  const places = ['bin', 'sbin', ...versioned(folder)]
  const program = places
    .map((place) => join(folder, 'usr', place, name))
    .find((path) => existsSync(path))
  if (!program) throw new Error(`the Debian package ${packages[0]} has no program ${name}`)
  return { program, libraries: await librariesOf(folder) }
}

/** Unpacks under a temporary name first, so that an interrupted run leaves nothing partial. */
async function unpack(folder: string, packages: string[]): Promise<void> {
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`
  await mkdir(unfinished, { recursive: true })
  const download = () => run('apt-get', ['download', ...packages], { cwd: unfinished })
  await download().catch(async () => {
    await run('apt-get', ['update']) // the package lists may be old or missing
    await download()
  })
  for (const file of await readdir(unfinished))
    await run('dpkg', ['-x', join(unfinished, file), unfinished])
  await rename(unfinished, folder)
}

/** Where Debian puts PostgreSQL's programs. */
function versioned(folder: string): string[] {
  const place = join('lib', 'postgresql')
  const path = join(folder, 'usr', place)
  return existsSync(path) ? readdirSync(path).map((version) => join(place, version, 'bin')) : []
}

async function librariesOf(folder: string): Promise<string> {
  const place = join(folder, 'usr', 'lib')
  if (!existsSync(place)) return ''
  const triplet = (await readdir(place)).find((name) => name.includes('linux-gnu'))
  return triplet ? join(place, triplet) : ''
}
