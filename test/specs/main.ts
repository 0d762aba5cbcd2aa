import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCommand } from '../../commands/command.ts'

readCommand('specs', (command) =>
  command.description(
    'Runs the whole product against the sandbox, writes down every request to Meta and TikTok, and holds each against what the ' +
      'platforms published: test/specs/meta-v26.json and tiktok.json. The sandbox is held against them too. The last line is JSON.',
  ),
)

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'cratesocial-specs-'))
const file = join(folder, 'result.json')
try {
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/specs'],
    {
      cwd: root,
      env: { ...process.env, SPECS_RESULT: file },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  console.log(await readFile(file, 'utf8'))
  process.exitCode = code === 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
