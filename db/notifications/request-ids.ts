import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * The id of the HTTP request that is being answered, or that caused the current work. It is written
 * to every log line, outbox row and workflow that results from the request.
 */
export const requestIds = new AsyncLocalStorage<string | undefined>()
