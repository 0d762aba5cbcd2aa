/**
 * The unmodified worker of the product, with a clock that can be moved and optional breakpoints
 * around its calls.
 */
await import('./clock-ahead.ts')
if (process.env.BREAKPOINTS_URL) await import('./breakpoints.ts')
await import(process.env.WORKER_FILE ?? '../../worker.ts')

export {}
