import { refuse } from './refusal.ts'

/** Each version's name, first day and end date (fact sheet 7). */
const versions = [
  { name: 'v21.0', from: '2024-10-02', until: '2027-01-21' },
  { name: 'v22.0', from: '2025-01-21', until: '2027-05-20' },
  { name: 'v23.0', from: '2025-05-29', until: '2027-10-08' },
  { name: 'v24.0', from: '2025-10-08', until: '2028-02-18' },
  { name: 'v25.0', from: '2026-02-18', until: '2028-07-29' },
  { name: 'v26.0', from: '2026-07-29', until: '2028-11-04' },
  { name: 'v27.0', from: '2026-11-04', until: '2029-02-17' },
  // Not announced. Likely for February 2027, given the dates of the last two years [SIM].
  { name: 'v28.0', from: '2027-02-17', until: '9999-12-31' },
]

/**
 * The version that handles the call. For no version or an expired one, the oldest available
 * version.
 * @throws GraphRefusal for a version that doesn't exist yet
 */
export function servingVersion(asked: string | undefined, nowMs: number): string {
  const today = new Date(nowMs).toISOString().slice(0, 10)
  const alive = versions.filter(({ from, until }) => from <= today && today < until)
  const oldest = alive[0]?.name ?? 'v27.0'
  if (!asked || alive.some(({ name }) => name === asked)) return asked ?? oldest
  const number = Number(asked.slice(1))
  if (number >= Number((alive.at(-1)?.name ?? 'v27.0').slice(1)))
    throw refuse.general(2635, undefined, `(#2635) Unknown API version ${asked}.`)
  return oldest
}
