export type Result = 'ok' | 'warning' | 'problem'

/**
 * One line of the doctor's report. `words`: what was found and what it proves. `todo`: what to
 * change.
 */
export type Finding = { check: string; result: Result; words: string; todo?: string }

/** A check that reports findings as it goes. The signal aborts its calls at the deadline. */
export type DoctorCheck = {
  name: string
  run(report: (finding: Finding) => void, signal: AbortSignal): Promise<void>
}
