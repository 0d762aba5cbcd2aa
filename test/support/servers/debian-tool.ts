import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url))

/**
 * A program of a Debian package with many libraries: unpacked into the cache with all packages that
 * it needs and this machine doesn't have. Nothing is installed.
 */
export async function debianTool(
  name: string,
  packageName: string,
): Promise<{ program: string; env: NodeJS.ProcessEnv }> {
  const folder = join(cache, `debian-${packageName}`)
  if (!existsSync(folder)) await unpack(folder, packageName)
  const libraries = join(folder, 'usr/lib')
  const triplet = (await readdir(libraries)).find((entry) => entry.includes('linux-gnu')) ?? ''
  const places = ['', 'pulseaudio', 'blas', 'lapack'].map((part) => join(libraries, triplet, part))
  return {
    program: join(folder, 'usr/bin', name),
    env: { ...process.env, LD_LIBRARY_PATH: places.join(':') },
  }
}

/** Unpacks under a temporary name first, so that an interrupted run leaves nothing partial. */
async function unpack(folder: string, packageName: string): Promise<void> {
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`
  const archives = join(unfinished, 'archives')
  await mkdir(join(archives, 'partial'), { recursive: true })
  const places = [`Dir::Cache::archives=${archives}`, 'Debug::NoLocking=1']
  const options = ['--download-only', '--yes', '--reinstall', '--no-install-recommends']
  const download = () =>
    run('apt-get', ['install', ...options, ...places.flatMap((one) => ['-o', one]), packageName])
  await download().catch(async () => {
    await run('apt-get', ['update']) // the package lists may be old or missing
    await download()
  })
  const files = (await readdir(archives)).filter((file) => file.endsWith('.deb'))
  for (const file of files) await run('dpkg', ['-x', join(archives, file), unfinished])
  await rm(archives, { recursive: true })
  await rename(unfinished, folder)
}
