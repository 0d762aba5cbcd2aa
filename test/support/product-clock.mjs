import { isMainThread } from 'node:worker_threads'

/** Loaded into every program of a stack: web server and worker get a clock that can be moved, nothing else does. JavaScript, since a worker's threads load it too. */
if (isMainThread && /\/(server|worker)\.ts$/.test(process.argv[1] ?? '')) await import('../chaos/clock-ahead.ts')
