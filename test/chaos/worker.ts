/** The product's worker, unchanged, with a clock that can be moved and, when asked for, breakpoints around its calls. */
await import('./clock-ahead.ts')
if (process.env.BREAKPOINTS_URL) await import('./breakpoints.ts')
await import(process.env.WORKER_FILE ?? '../../worker.ts')

export {}
