import type { Headers, WorkflowInterceptors } from '@temporalio/workflow'
import { requestIdHeader } from './names.ts'

/** Where `@temporalio/interceptors-opentelemetry` keeps a trace, at the start of a workflow and of an activity. */
const traceHeader = '_tracer-data'

/**
 * Hands the trace that a workflow was started in, and the request that it is due to, to its activities and its next run, and does nothing
 * else: no span begins in here and nothing waits, so a replay is the same with and without. Of requests the latest counts that started or
 * nudged it. It is always in the bundle, which is built before anybody knows whether there is a collector.
 */
export const interceptors = (): WorkflowInterceptors => {
  const kept: Headers = {}
  const keep = (names: string[], headers: Headers) => {
    for (const name of names) if (headers[name]) kept[name] = headers[name]
  }
  return {
    inbound: [
      {
        execute: (input, next) => {
          keep([traceHeader, requestIdHeader], input.headers)
          return next(input)
        },
        handleSignal: (input, next) => {
          keep([requestIdHeader], input.headers)
          return next(input)
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...kept } }),
        continueAsNew: (input, next) => next({ ...input, headers: { ...input.headers, ...kept } }),
      },
    ],
  }
}
