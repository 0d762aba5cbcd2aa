import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporalProgram } from '../../local/temporal/program.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** Runs `npm run build`. Returns the folder. */
export const build = async (): Promise<string> => {
  const out = join(root, '.cache', 'rehearsal')
  await run(process.execPath, ['--import', 'tsx', 'production/build.ts', '--out', out], {
    cwd: root,
  })
  return out
}

/**
 * Runs a program of the build as production does. Returns its output and how long it took. Throws
 * with its output if it fails.
 */
export const runBuilt = async (
  build: string,
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
) => {
  const startedAt = performance.now()
  const { stdout } = await run(process.execPath, [join(build, file), ...args], { cwd: build, env })
  return { stdout, ms: Math.round(performance.now() - startedAt) }
}

/**
 * Creates the namespace with its search attributes, with the script that a self-hosted server runs.
 */
export const prepareNamespace = async (
  folder: string,
  address: string,
  namespace: string,
): Promise<void> => {
  const program = await temporalProgram({
    cacheDir: join(root, '.cache'),
    env: process.env,
    say: console.log,
  })
  const programs = join(folder, 'bin')
  mkdirSync(programs, { recursive: true })
  if (!existsSync(join(programs, 'temporal'))) symlinkSync(program, join(programs, 'temporal'))
  const env = {
    PATH: `${programs}:${process.env.PATH}`,
    TEMPORAL_ADDRESS: address,
    NAMESPACE: namespace,
    RETENTION: '720h',
  }
  await run('/bin/sh', [join(root, 'production/temporal/namespace.sh')], { env })
}
