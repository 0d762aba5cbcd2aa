import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * The request that caused what is being done: it is being answered, or what it asked for is carried out. Every line of the log carries its id,
 * every row of the outbox and every workflow that comes of it too.
 */
export const requestIds = new AsyncLocalStorage<string | undefined>()
