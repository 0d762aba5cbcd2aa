import type { WorkflowClientInterceptor } from '@temporalio/client'
import { defaultPayloadConverter, type Headers } from '@temporalio/common'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import { requestIds } from '../db/notifications/request-ids.ts'
import { requestIdHeader } from '../workflows/names.ts'

/**
 * For clients: adds the id of the HTTP request to workflows that it starts or signals, as a memo
 * for operators and as a header for activities.
 */
export const carryRequestId: WorkflowClientInterceptor = {
  startWithDetails: (input, next) =>
    next({ ...input, headers: withId(input.headers), options: remembering(input.options) }),
  signalWithStart: (input, next) =>
    next({ ...input, headers: withId(input.headers), options: remembering(input.options) }),
}

/** For workers: runs an activity with the id of the request that caused its workflow. */
export const underRequestId: ActivityInterceptorsFactory = () => ({
  inbound: {
    execute: (input, next) => {
      const given = input.headers[requestIdHeader]
      return requestIds.run(given && defaultPayloadConverter.fromPayload<string>(given), () =>
        next(input),
      )
    },
  },
})

const withId = (headers: Headers): Headers => {
  const id = requestIds.getStore()
  return id ? { ...headers, [requestIdHeader]: defaultPayloadConverter.toPayload(id) } : headers
}

const remembering = <Options extends { memo?: Record<string, unknown> }>(
  options: Options,
): Options => {
  const requestId = requestIds.getStore()
  return requestId ? { ...options, memo: { ...options.memo, requestId } } : options
}
