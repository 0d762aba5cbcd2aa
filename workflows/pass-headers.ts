import type { Headers, WorkflowInterceptors } from '@temporalio/workflow'
import { requestIdHeader } from './names.ts'

/**
 * The header where `@temporalio/interceptors-opentelemetry` stores the trace, for workflows and
 * activities.
 */
const traceHeader = '_tracer-data'

/**
 * Passes the trace and request id that a workflow was started with to its activities and its next
 * run. Starts no span and doesn't wait, so replays are the same with and without it. If several
 * requests started or signaled the workflow, the latest one counts. It is always in the bundle,
 * which is built before we know whether there is a collector.
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
        scheduleLocalActivity: (input, next) =>
          next({ ...input, headers: { ...input.headers, ...kept } }),
        scheduleActivity: (input, next) =>
          next({ ...input, headers: { ...input.headers, ...kept } }),
        continueAsNew: (input, next) => next({ ...input, headers: { ...input.headers, ...kept } }),
      },
    ],
  }
}
