import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../local/ports.ts'
import { startWatchdog } from '../../../local/programs/watchdog.ts'
import { atTheEnd } from '../../support/at-the-end.ts'
import { createTestDatabase } from '../../support/database.ts'
import { createTestTemporal } from '../../support/servers/temporal.ts'
import { type House, startHouse } from '../house.ts'
import { moveIn, type Residents } from '../residents.ts'
import { generous, setInSandbox } from '../sandbox-settings.ts'
import { type BreakpointServer, startBreakpointServer } from './breakpoint-server.ts'

export type CutRig = { house: House; residents: Residents; breakpoints: BreakpointServer }

/**
 * For a test: one worker and one server in processes that can be held at a call and killed.
 * `workerEnv`: more variables of the worker.
 */
export const startCutRig = async (workerEnv: NodeJS.ProcessEnv = {}): Promise<CutRig> => {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-cuts-'))
  chmodSync(folder, 0o755)
  atTheEnd(async () => rmSync(folder, { recursive: true, force: true }))
  const watchdog = startWatchdog()
  atTheEnd(watchdog.finish)
  const [database, temporal, breakpoints] = await Promise.all([
    createTestDatabase(),
    createTestTemporal(),
    startBreakpointServer(),
  ])
  atTheEnd(breakpoints.close)
  const [sandbox = 0, control = 0, door = 0, server = 0] = await Promise.all(
    [1, 2, 3, 4].map(freePort),
  )
  const house = await startHouse({
    folder,
    watchdog,
    ports: { postgres: 0, temporal: 0, sandbox, control, door, servers: [server] },
    given: {
      databaseUrl: database.url,
      temporalAddress: temporal.address,
      namespace: temporal.namespace,
    },
    workers: 1,
    servers: 1,
    restartDelayMs: () => 100,
    ending: new AbortController().signal,
    workerEnv: { ...workerEnv, BREAKPOINTS_URL: breakpoints.url },
  })
  atTheEnd(house.stop)
  await setInSandbox(house, generous)
  return { house, residents: await moveIn(house), breakpoints }
}
