import { allFiles, sourceOf, typescriptOf } from '../house/files.ts'
import { moduleOf } from '../house/modules.ts'

/** Tests that start programs, servers or a browser, that run for long by their nature, or that test the sandbox and not the product. */
const slowFolders =
  /^test\/(backup|browser|canary|chaos|commands|database|harness|hostile|local|media|production|races|rehearsal|sandbox|screens)\//
/** They hash passwords by the dozen, send what a slow client sends, or repeat something thousands of times. */
const slowFiles =
  /^test\/(people\/(access-ends|account|fresh-routes|invitations|password-reset|password-strength|second-factor|sign-in)|http\/(busy|headers|live)|insights\/best-hours|privacy\/notices)\.test\.ts$/
const slowHelpers =
  /^test\/support\/(installed|servers\/(temporal|pgbouncer|media-server)|programs\/(product|whole-stack|built|program|starter)|browser\/(browser|chromium)|platforms\/(twins|against-sandbox))\.ts$|^local\/(stack|temporal\/server|postgres\/server)\.ts$/

/** What `npm run test:fast` runs: tests of code and pages that need nothing but PostgreSQL, by what they import. */
export function fastTests(): string[] {
  return typescriptOf(allFiles).filter((file) => file.endsWith('.test.ts') && isFast(file))
}

function isFast(file: string): boolean {
  return (
    !slowFolders.test(file) &&
    !slowFiles.test(file) &&
    !/from '(node:child_process|@temporalio\/.*)'/.test(sourceOf(file)) &&
    ![...reachedFrom(file)].some((reached) => slowHelpers.test(reached))
  )
}

function reachedFrom(file: string): Set<string> {
  const reached = new Set([file])
  for (const next of reached)
    for (const path of moduleOf(next).imports) if (path.endsWith('.ts')) reached.add(path)
  return reached
}
