import { DefaultFailureConverter } from '@temporalio/common'

/** Loaded by path, by the client, the worker and the workflow bundle: messages and stack traces are sealed like any payload. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true })
