import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readCommand } from '../commands/command.ts'
import { folders } from '../config/folders.ts'
import { bundleWorkflows, workflowCodeFile } from '../temporal/workflow-code.ts'
import { findProofs, proofsFile } from '../web/privacy/proofs.ts'

const { root } = folders
const { options } = readCommand('build', (command) =>
  command
    .description(
      'Builds what production runs: the same files compiled one by one, the files they read (templates, styles, ' +
        'migrations), and the workflows bundled once, so that no compiler runs on a server.',
    )
    .option('--out <folder>', 'the output folder', 'dist'),
)
const out = resolve(root, options.out)
const rooms = ['db', 'platforms', 'web']

rmSync(out, { recursive: true, force: true })
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', out],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
for (const file of rooms.flatMap(filesRead))
  cpSync(join(root, file), join(out, file), { recursive: true })
// The version that pages show. `type` makes Node load these files as modules.
const { name, version, type } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Record<string, string>
writeFileSync(join(out, 'package.json'), JSON.stringify({ name, version, type }))
writeFileSync(join(out, 'temporal', workflowCodeFile), (await bundleWorkflows()).code)
// The proofs that operators see under /promises, because compiled code has no comments or tests.
writeFileSync(join(out, proofsFile), JSON.stringify(findProofs(root)))
console.log(`Built ${out}`)

/** All files that are not compiled. */
function filesRead(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
}
