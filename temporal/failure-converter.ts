import { DefaultFailureConverter } from '@temporalio/common'

/**
 * Temporal loads this by path in the client, the worker and the workflow bundle. It makes messages
 * and stack traces part of the sealed payload.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true })
