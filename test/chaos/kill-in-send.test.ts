import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { startWatchdog } from '../../local/programs/watchdog.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { createTestDatabase } from '../support/database.ts'
import { createTestTemporal } from '../support/servers/temporal.ts'
import { type BreakpointServer, startBreakpointServer } from './faults/breakpoint-server.ts'
import { rounds } from './faults/cuts.ts'
import { cutRound } from './faults/cutting.ts'
import { type House, startHouse } from './house.ts'
import { kinds } from './kinds.ts'
import { moveIn, type Residents } from './residents.ts'
import { generous, setInSandbox } from './sandbox-settings.ts'

let rig: { house: House; residents: Residents; breakpoints: BreakpointServer }

beforeAll(async () => {
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
  const [sandbox = 0, control = 0, door = 0, server = 0] = await Promise.all([1, 2, 3, 4].map(freePort))
  const house = await startHouse({
    folder,
    watchdog,
    ports: { postgres: 0, temporal: 0, sandbox, control, door, servers: [server] },
    given: { databaseUrl: database.url, temporalAddress: temporal.address, namespace: temporal.namespace },
    workers: 1,
    servers: 1,
    restartDelayMs: () => 100,
    ending: new AbortController().signal,
    workerEnv: { BREAKPOINTS_URL: breakpoints.url },
  })
  atTheEnd(house.stop)
  await setInSandbox(house, generous)
  rig = { house, residents: await moveIn(house), breakpoints }
}, 120_000)

/**
 * `npm run chaos:steps` runs all steps and moments. It also cuts TikTok's photos after the call,
 * which take minutes to settle.
 */
const sends = rounds.filter(({ name }) => name.startsWith('send'))
const quick = kinds.filter(({ name }) => name !== 'TikTok photos')

describe('every kind of post is published exactly once if the worker is killed while it sends', () => {
  test.each(sends.map((round, index) => ({ round, index })))(
    '$round.name',
    async ({ round, index }) => {
      const cells = await cutRound(rig, round, index * kinds.length + 1, quick)
      expect(cells.map(({ kind, words }) => ({ kind, words }))).toEqual(quick.map(({ name }) => ({ kind: name, words: '' })))
    },
    240_000,
  )
})
