import { ScheduleNotFoundError } from '@temporalio/client'
import { PlatformError } from '../../../platforms/errors.ts'
import { call } from '../../../platforms/http.ts'
import { pollersOf } from '../../../web/operate/temporal.ts'
import { backgroundTaskQueue, taskQueue } from '../../../workflows/names.ts'
import type { DoctorDeps } from './deps.ts'
import type { Finding, Result } from './finding.ts'
import { type TemporalClient, withTemporal } from './with-temporal.ts'

/** People notice if a post is late by this much. */
const warnMs = 2_000
/** Codes of authenticator apps are valid this long, and the leases of sends are not much longer. */
const badMs = 30_000
const timeoutMs = 15_000

type Report = (finding: Finding) => void
/**
 * At `readAtMs` by our clock, the other clock was between `earliestMs` and `latestMs`. All in epoch
 * milliseconds.
 */
type Reading = { readAtMs: number; earliestMs: number; latestMs: number }

/** Compares this machine's clock with those of the platforms, PostgreSQL and Temporal. */
export const checkClocks = async (
  deps: DoctorDeps,
  report: Report,
  signal: AbortSignal,
): Promise<void> => {
  const issuers = [...deps.platforms.issuers.values()]
  const readings: [string, () => Promise<Reading | null>][] = [
    ...issuers.map(({ label, apiUrl }): [string, () => Promise<Reading | null>] => [
      label,
      () => readPlatform(apiUrl, deps.now, signal),
    ]),
    ['PostgreSQL', () => readDatabase(deps)],
    ['Temporal', () => withTemporal(deps, (client) => readTemporal(client, deps))],
  ]
  await Promise.all(
    readings.map(async ([whose, read]) => {
      report(judge(`Clock, against ${whose}`, whose, await read()))
    }),
  )
}

const judge = (check: string, whose: string, reading: Reading | null): Finding => {
  if (!reading)
    return { check, result: 'warning', words: `${whose} returned no time to compare with.` }
  const { readAtMs, earliestMs, latestMs } = reading
  const aheadMs = readAtMs > latestMs ? readAtMs - latestMs : Math.min(0, readAtMs - earliestMs)
  const off = Math.abs(aheadMs)
  const sure = `${((latestMs - earliestMs) / 1_000).toFixed(1)} s`
  if (off < warnMs) return { check, result: 'ok', words: `No difference found, to within ${sure}.` }
  const result: Result = off < badMs ? 'warning' : 'problem'
  return {
    check,
    result,
    words: `The clock of this machine is ${aheadMs > 0 ? 'ahead' : 'behind'} by at least ${(off / 1_000).toFixed(1)} s.`,
    todo: 'Turn on time synchronization (NTP) on both machines.',
  }
}

/** Every response has a Date header, even a 404. It is truncated to the second. */
const readPlatform = async (
  url: string,
  now: () => number,
  signal: AbortSignal,
): Promise<Reading | null> => {
  const before = now()
  try {
    const { headers } = await call({ method: 'GET', url, timeoutMs, maxBytes: 1_000_000, signal })
    const saidMs = Date.parse(headers.get('date') ?? '')
    const tookMs = now() - before
    return Number.isNaN(saidMs)
      ? null
      : { readAtMs: before, earliestMs: saidMs - tookMs, latestMs: saidMs + 1_000 }
  } catch (error) {
    if (error instanceof PlatformError) return null
    throw error
  }
}

const readDatabase = async ({ sql, now }: DoctorDeps): Promise<Reading | null> => {
  await sql`select 1` // connects before the time is measured
  const before = now()
  const [row] = await sql<
    { atMs: number }[]
  >`select extract(epoch from clock_timestamp())::float8 * 1000 as at_ms`
  return row
    ? { readAtMs: before, earliestMs: row.atMs - (now() - before), latestMs: row.atMs }
    : null
}

/**
 * Temporal has no API for the time. It records when workers last polled and schedules last ran,
 * which is in the past, and when they run next, which is in the future. One schedule runs every
 * minute, so the next run is at most a minute ahead.
 */
const readTemporal = async (
  client: TemporalClient,
  { now, config }: DoctorDeps,
): Promise<Reading | null> => {
  const { namespace } = config.temporal
  // One after the other: a call that is still running when the connection closes would cause an
  // unhandled rejection.
  const publishing = await pollersOf(client, namespace, taskQueue)
  const background = await pollersOf(client, namespace, backgroundTaskQueue)
  const schedule = await client.schedule
    .getHandle('reconcile-starts')
    .describe()
    .catch((error: unknown) => {
      if (error instanceof ScheduleNotFoundError) return null
      throw error
    })
  const ran = schedule?.info.recentActions.map(({ takenAt }) => takenAt) ?? []
  const past = [
    ...publishing.map(({ polledAt }) => polledAt),
    ...background.map(({ polledAt }) => polledAt),
    ...ran,
  ]
  const [next] = schedule?.info.nextActionTimes ?? []
  if (past.length === 0 || !next) return null
  return {
    readAtMs: now(),
    earliestMs: Math.max(...past.map((date) => date.getTime())),
    latestMs: next.getTime(),
  }
}
