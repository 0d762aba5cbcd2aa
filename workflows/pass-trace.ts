import type { Headers, WorkflowInterceptors } from '@temporalio/workflow'

/** Where `@temporalio/interceptors-opentelemetry` keeps a trace, at the start of a workflow and of an activity. */
const header = '_tracer-data'

/**
 * Hands the trace that a workflow was started in to its activities, and does nothing else: no span begins in here and nothing waits, so
 * a replay is the same with and without. It is always in the bundle, which is built before anybody knows whether there is a collector.
 */
export const interceptors = (): WorkflowInterceptors => {
  let trace: Headers = {}
  return {
    inbound: [
      {
        execute: (input, next) => {
          const given = input.headers[header]
          if (given) trace = { [header]: given }
          return next(input)
        },
      },
    ],
    outbound: [{ scheduleActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...trace } }) }],
  }
}
