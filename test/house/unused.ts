import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { readCommand } from '../../commands/command.ts'
import { root, sourceOf } from './files.ts'

readCommand('check', (command) =>
  command.description('Fails when something is exported that no other file uses.'),
)

type Unused = { name: string; line?: number }
type Issue = { file: string; exports?: Unused[]; types?: Unused[]; enumMembers?: Unused[] }

/** `| a form | 64 KB | web/http/forms/body.ts | `formMaxBytes` |`: test/hostile/limits.test.ts reads these by name. */
const limits = new Set(
  [...sourceOf('docs/security.md').matchAll(/\| (\S+\.ts) \| `(\w+)/g)].map(
    ([, file, name]) => `${file} ${name}`,
  ),
)

const knip = join(root, 'node_modules', 'knip', 'bin', 'knip.js')
const ran = spawnSync(
  process.execPath,
  [knip, '--reporter', 'json', '--include', 'exports,types,files'],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  },
)
if (!ran.stdout.startsWith('{')) throw new Error(`knip did not answer: ${ran.stdout}${ran.stderr}`)
const { issues } = JSON.parse(ran.stdout) as { issues: (Issue & { files?: Unused[] })[] }
const unused = issues.flatMap(({ file, exports = [], types = [], files = [] }) => [
  ...[...exports, ...types]
    .filter(({ name }) => !limits.has(`${file} ${name}`))
    .map(({ name, line }) => `${file}:${line} exports ${name}, which no other file uses.`),
  ...files.map(() => `${file} is used by no other file.`),
])
for (const line of unused) console.error(line)
if (unused.length > 0) process.exitCode = 1
