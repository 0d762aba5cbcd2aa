import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker'
import { folders } from '../config/folders.ts'
import { failureConverterPath } from './data-converter.ts'

/** Written by `npm run build`, next to the compiled worker. */
export const workflowCodeFile = 'workflows.bundle.js'

/**
 * The code of the workflows: bundled now if this file is TypeScript, or the bundle from the build.
 * Throws if a build has no bundle: bundling at runtime might run other workflows than those that
 * were tested.
 */
export async function workflowCode(): Promise<WorkflowBundle | { codePath: string }> {
  if (import.meta.filename.endsWith('.ts')) return await bundleWorkflows()
  const codePath = join(import.meta.dirname, workflowCodeFile)
  if (!existsSync(codePath))
    throw new Error(`the build is not complete: ${codePath} is missing; run npm run build again`)
  return { codePath }
}

export async function bundleWorkflows(): Promise<WorkflowBundle> {
  const workflowsPath = join(folders.workflows, 'index.ts')
  const workflowInterceptorModules = [join(folders.workflows, 'pass-headers.ts')]
  const logger = new DefaultLogger('ERROR')
  return await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules,
    failureConverterPath,
    logger,
  })
}
