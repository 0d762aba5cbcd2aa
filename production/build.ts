import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findProofs, proofsFile } from '../web/proofs.ts'
import { bundleWorkflows, workflowCodeFile } from '../workflow-code.ts'

/**
 * `npm run build [-- --out FOLDER]`: what production runs. The same files compiled one by one, what they read beside them (templates,
 * styles, migrations), and the workflows bundled once, so that no compiler runs on a server.
 */
const root = new URL('../', import.meta.url).pathname
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } })
const out = resolve(root, values.out)
const rooms = ['db', 'platforms', 'web']

rmSync(out, { recursive: true, force: true })
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', out], {
  cwd: root,
  stdio: 'inherit',
})
for (const file of rooms.flatMap(filesRead)) cpSync(join(root, file), join(out, file), { recursive: true })
writeFileSync(join(out, workflowCodeFile), (await bundleWorkflows()).code)
// What operators read under /promises; neither comments' places nor tests are the same in what was compiled.
writeFileSync(join(out, proofsFile), JSON.stringify(findProofs(root)))
console.log(`Built ${out}`)

/** Whatever is not compiled. */
function filesRead(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
}
