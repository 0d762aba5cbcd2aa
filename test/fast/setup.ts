import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startWatchdog } from '../../local/programs/watchdog.ts'
import { startDatabase } from '../support/servers/global-setup.ts'
import { ensureTemplate } from '../support/servers/template-database.ts'

/** PostgreSQL alone, for tests that need nothing else. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-test-'))
  chmodSync(folder, 0o755) // started by root, PostgreSQL runs as another user
  const watchdog = startWatchdog()
  const postgres = await startDatabase(folder, watchdog)
  provide('postgresUrl', postgres.url)
  provide('templateDatabase', await ensureTemplate(postgres.url))
  return async () => {
    await postgres.stop()
    await watchdog.finish()
    rmSync(folder, { recursive: true, force: true })
  }
}
