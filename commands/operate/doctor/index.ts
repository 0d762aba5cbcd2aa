import { sentenceOf } from '../../../text/failure-words.ts'
import type { OperateDeps } from '../command.ts'
import type { Answer } from '../table.ts'
import { checksOfAddresses } from './addresses.ts'
import { withPlatforms } from './deps.ts'
import type { DoctorCheck, Finding, Result } from './finding.ts'
import { checksOfParts } from './parts.ts'
import { checksOfPlatforms } from './platforms.ts'

/**
 * A check that takes longer is reported as a problem, so that the doctor always finishes.
 * Milliseconds.
 */
const deadlineMs = 45_000

/**
 * Checks everything that an installation with real keys needs, with one finding for each. It sends
 * no post and no email. It writes only one row, a media link, and removes it again.
 */
export const examineInstallation = async (
  deps: OperateDeps,
  patienceMs = deadlineMs,
): Promise<Answer> => {
  const all = withPlatforms(deps)
  const checks = [...checksOfPlatforms(all), ...checksOfAddresses(all), ...checksOfParts(all)]
  const findings = (await Promise.all(checks.map((check) => examine(check, patienceMs)))).flat()
  const count = (result: Result) => findings.filter((finding) => finding.result === result).length
  return {
    rows: findings.map((finding) => ({ ...finding, todo: finding.todo ?? null })),
    lines: findings.map(asLine),
    words: `${count('ok')} ok, ${amount(count('warning'), 'warning')}, ${amount(count('problem'), 'problem')}.`,
    failed: count('problem') > 0,
  }
}

const amount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const asLine = ({ check, result, words, todo }: Finding): string =>
  `${result.padEnd(8)} ${check}: ${words}${todo ? ` ${todo}` : ''}`.replaceAll(/\p{Cc}+/gu, ' ')

/** Runs a check. At the deadline, returns the findings so far. */
const examine = async ({ name, run }: DoctorCheck, patienceMs: number): Promise<Finding[]> => {
  const findings: Finding[] = []
  const over = new AbortController()
  let isOver = false
  const report = (finding: Finding) => {
    if (!isOver) findings.push(finding)
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      report({
        check: name,
        result: 'problem',
        words: `It didn’t finish within ${patienceMs / 1_000} s.`,
      })
      isOver = true
      over.abort()
      resolve()
    }, patienceMs)
  })
  const work = run(report, over.signal).catch((error: unknown) =>
    report({ check: name, result: 'problem', words: sentenceOf(error) }),
  )
  await Promise.race([work, late])
  clearTimeout(timer)
  isOver = true
  return findings
}
