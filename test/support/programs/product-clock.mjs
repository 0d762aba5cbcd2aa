import { isMainThread } from 'node:worker_threads'

/**
 * Loaded into every program of a stack. Gives only the web server and the worker a clock that can be
 * moved. It is JavaScript because a worker's threads load it too.
 */
if (isMainThread && /\/(server|worker)\.ts$/.test(process.argv[1] ?? ''))
  await import('../../chaos/clock-ahead.ts')
