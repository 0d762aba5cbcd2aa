import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareDataFolder } from './data-folder.ts'
import { productEnvironment, whatIsGiven } from './environment.ts'
import { findHolder, lockFolder } from './lock.ts'
import { isFree, type Ports, readPorts } from './ports.ts'
import { ensureDatabase, startPostgres } from './postgres/server.ts'
import { Problem } from './problem.ts'
import { knownFfmpeg } from './programs/ffmpeg.ts'
import { startWatchdog, type Watchdog } from './programs/watchdog.ts'
import { type LocalSecrets, localSecrets } from './secrets.ts'
import { loadSettings, root } from './settings.ts'
import { temporalProgram } from './temporal/program.ts'
import { startTemporal } from './temporal/server.ts'

type Needs = { alone: boolean; withTemporal: boolean }
type Place = { dataDir: string; ports: Ports; secrets: LocalSecrets }

/**
 * Loads the settings of the local installation into this process's environment, and starts its
 * PostgreSQL unless `npm start` is running. Returns a function that stops it again. Does nothing if
 * the environment or `.env.local` names a database. `alone`: the command must not run next to `npm
 * start`. `withTemporal`: it uses Temporal. Throws a Problem if there is no installation.
 */
export async function useLocalInstallation({
  alone,
  withTemporal,
}: Needs): Promise<() => Promise<void>> {
  loadSettings()
  const given = whatIsGiven(process.env)
  if (given.database) return async () => undefined
  const dataDir = resolve(root, process.env.DATA_DIR || '.data')
  if (!existsSync(join(dataDir, 'secrets.json')))
    throw new Problem(
      `There is no installation in ${dataDir}: it has no secrets.json. Create one with npm start, name another folder with DATA_DIR, or set DATABASE_URL.`,
    )
  const place = { dataDir, ports: readPorts(process.env), secrets: localSecrets(dataDir) }
  await untilStopped(dataDir)
  const stop =
    findHolder(dataDir) === 'running'
      ? await useRunning(place, alone)
      : await startAlone(place, withTemporal)
  const ffmpeg = knownFfmpeg({ env: process.env, cacheDir: join(root, '.cache') })
  Object.assign(
    process.env,
    productEnvironment({ env: process.env, given, ...place }),
    ffmpeg && { FFMPEG_PATH: ffmpeg },
  )
  return stop
}

/**
 * Waits until a stack that is stopping has stopped, because a command would lose its database
 * half-way.
 */
async function untilStopped(dataDir: string): Promise<void> {
  if (findHolder(dataDir) !== 'ending') return
  console.error('CrateSocial is stopping. Waiting for it to finish.')
  for (
    const giveUpAt = Date.now() + stopWithinMs;
    findHolder(dataDir) === 'ending';
    await sleep(100)
  )
    if (Date.now() > giveUpAt)
      throw new Problem(`CrateSocial didn’t stop. Its logs are in ${join(dataDir, 'logs')}.`)
}

/** Each program is killed after 15 seconds at the latest (child.ts). */
const stopWithinMs = 90_000

async function useRunning({ dataDir, ports }: Place, alone: boolean): Promise<() => Promise<void>> {
  if (alone)
    throw new Problem(
      `CrateSocial is running from ${dataDir}. Stop it first with Ctrl-C in the terminal of npm start.`,
    )
  if (await isFree(ports.postgres))
    throw new Problem(
      `CrateSocial is running from ${dataDir}, but not with PostgreSQL on port ${ports.postgres}. Give the same POSTGRES_PORT and TEMPORAL_PORT here, or wait until it says "Ready".`,
    )
  return async () => undefined
}

/** Runs PostgreSQL, and Temporal if needed, for as long as the command runs. */
async function startAlone(
  { dataDir, ports, secrets }: Place,
  withTemporal: boolean,
): Promise<() => Promise<void>> {
  if (!(await isFree(ports.postgres)))
    throw new Problem(
      `Port ${ports.postgres} is in use by another program. Set POSTGRES_PORT to another one.`,
    )
  await prepareDataFolder(dataDir)
  const watchdog = startWatchdog()
  const lock = await lockFolder(dataDir, watchdog.pid, console.error)
  try {
    const logFile = join(dataDir, 'logs', 'postgres.log')
    const server = await startPostgres({
      dataDir,
      watchdog,
      port: ports.postgres,
      password: secrets.databasePassword,
      logFile,
    })
    await ensureDatabase(server, 'cratesocial')
    if (withTemporal && !whatIsGiven(process.env).temporal)
      await startCluster({ dataDir, ports }, watchdog)
  } catch (error) {
    await watchdog.finish()
    lock.release()
    throw error
  }
  return async () => {
    await watchdog.finish() // stops what was started
    lock.release()
  }
}

async function startCluster(
  { dataDir, ports }: Omit<Place, 'secrets'>,
  watchdog: Watchdog,
): Promise<void> {
  const program = await temporalProgram({
    cacheDir: join(root, '.cache'),
    env: process.env,
    say: console.error,
  })
  await startTemporal({
    program,
    dataDir,
    watchdog,
    port: ports.temporal,
    logFile: join(dataDir, 'logs', 'temporal.log'),
  })
}
