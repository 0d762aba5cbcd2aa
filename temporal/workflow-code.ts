import { existsSync } from 'node:fs'
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker'
import { failureConverterPath } from './activities/data-converter.ts'

/** Made by `npm run build`, beside the compiled worker. */
export const workflowCodeFile = 'workflows.bundle.js'

/**
 * The workflows as the worker runs them: bundled now when this is TypeScript, made by the build when it is compiled. A build without
 * its bundle is broken, and a worker that made one up by itself might run other workflows than were tested: it throws.
 */
export async function workflowCode(): Promise<WorkflowBundle | { codePath: string }> {
  if (import.meta.url.endsWith('.ts')) return await bundleWorkflows()
  const codePath = new URL(workflowCodeFile, import.meta.url).pathname
  if (!existsSync(codePath)) throw new Error(`the build is not complete: ${codePath} is missing; run npm run build again`)
  return { codePath }
}

export async function bundleWorkflows(): Promise<WorkflowBundle> {
  const workflowsPath = new URL('./workflows/index.ts', import.meta.url).pathname
  const workflowInterceptorModules = [new URL('./workflows/pass-headers.ts', import.meta.url).pathname]
  const logger = new DefaultLogger('ERROR')
  return await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, failureConverterPath, logger })
}
