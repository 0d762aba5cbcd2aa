import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { atTheEnd } from '../at-the-end.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Runs `npm run setup:production -- …`. */
export const setup = (...flags: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'production/setup.ts', ...flags], {
    cwd: root,
  })

/**
 * The path of a complete settings file, alone in a folder that is deleted after the file's last
 * test.
 */
export async function writtenSettings(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-setup-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  const settings = join(folder, '.env')
  const answers = {
    '--domain': 'social.example.com',
    '--mail': 'ops@example.com',
    '--smtp-url': 'smtps://a:b$c@m.example.com',
    '--operator': 'Northside Records GmbH',
    '--address': 'Limmatstrasse 1, 8005 Zurich',
    '--hosting': 'Example Hosting AG, Switzerland',
    '--mail-provider': 'Example Mail GmbH, Germany',
  }
  await setup('--out', settings, ...Object.entries(answers).flat())
  return settings
}
