import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sources = join(root, 'workflows')
const failureConverterPath = join(root, 'temporal', 'failure-converter.ts') // as in the worker

/**
 * The workflows bundled for workers. Created once per state of their sources and kept in the cache.
 */
export async function workflowBundle(): Promise<{ codePath: string }> {
  const codePath = join(root, '.cache', `workflows-${hashOfSources()}.cjs`)
  if (!existsSync(codePath)) await bundle(codePath)
  return { codePath }
}

/** Written under a temporary name first, because several test files may run at the same time. */
async function bundle(codePath: string): Promise<void> {
  const logger = new DefaultLogger('ERROR')
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(sources, 'index.ts'),
    workflowInterceptorModules: [join(sources, 'pass-headers.ts')],
    failureConverterPath,
    logger,
  })
  mkdirSync(join(root, '.cache'), { recursive: true })
  const unfinished = `${codePath}.${randomBytes(4).toString('hex')}`
  writeFileSync(unfinished, code)
  renameSync(unfinished, codePath)
}

function hashOfSources(): string {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(readFileSync(failureConverterPath))
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(sources, file)))
  return hash.digest('hex').slice(0, 16)
}
