import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { freePort } from '../../../local/ports.ts'
import { startPostgres } from '../../../local/postgres/server.ts'
import { ffmpegProgram } from '../../../local/programs/ffmpeg.ts'
import { startWatchdog } from '../../../local/programs/watchdog.ts'
import { temporalProgram, timeSkippingProgram } from '../../../local/temporal/program.ts'
import { startTemporal } from '../../../local/temporal/server.ts'
import { packagedChromium } from '../browser/chromium.ts'
import { ensureTemplate } from './template-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server. Its user may create databases. */
    postgresUrl: string
    /** A migrated, empty database without connections. */
    templateDatabase: string
    temporalAddress: string
    /** The path of the time-skipping server. */
    timeSkippingProgram: string
  }
}

/**
 * Starts a real PostgreSQL and a real Temporal once for all test files, in memory or in a temporary
 * folder. TEST_POSTGRES_URL and TEST_TEMPORAL_ADDRESS name existing servers to use instead; those
 * aren't stopped.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-test-'))
  chmodSync(folder, 0o755) // if root starts it, PostgreSQL runs as another user
  const watchdog = startWatchdog()
  const search = {
    cacheDir: fileURLToPath(new URL('../../../.cache', import.meta.url)),
    env: process.env,
    say: console.log,
  }
  const finish = async () => {
    await watchdog.finish() // stops whatever is still running
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    ffmpegProgram(search)
    const [postgres, temporal, timeSkipping] = await Promise.all([
      startDatabase(folder, watchdog),
      startCluster(folder, watchdog, search),
      timeSkippingProgram(search),
      process.env.CHROME_PATH ? undefined : packagedChromium(), // so that no test waits for it
    ])
    provide('postgresUrl', postgres.url)
    provide('templateDatabase', await ensureTemplate(postgres.url))
    provide('temporalAddress', temporal.address)
    provide('timeSkippingProgram', timeSkipping)
    return async () => {
      await Promise.all([postgres.stop(), temporal.stop()])
      await finish()
    }
  } catch (error) {
    await finish()
    throw error
  }
}

type Started = { url: string; stop(): Promise<void> }
type Watched = ReturnType<typeof startWatchdog>

export async function startDatabase(folder: string, watchdog: Watched): Promise<Started> {
  const given = process.env.TEST_POSTGRES_URL
  if (given) return { url: given, stop: async () => undefined }
  const options = {
    dataDir: folder,
    port: await freePort(),
    password: 'test',
    logFile: join(folder, 'postgres.log'),
    watchdog,
    throwaway: true,
  }
  const server = await startPostgres(options)
  return { url: server.url('postgres'), stop: server.stop }
}

async function startCluster(
  folder: string,
  watchdog: Watched,
  search: Parameters<typeof temporalProgram>[0],
): Promise<{ address: string; stop(): Promise<void> }> {
  const given = process.env.TEST_TEMPORAL_ADDRESS
  if (given) return { address: given, stop: async () => undefined }
  return startTemporal({
    program: await temporalProgram(search),
    port: await freePort(),
    logFile: join(folder, 'temporal.log'),
    watchdog,
  })
}
