import { DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { Resource } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node'
import type { WorkflowClientInterceptor } from '@temporalio/client'
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'

export type Tracing = {
  /** For the client: a span per call, continued by the workflow that it starts. */
  client: WorkflowClientInterceptor
  /** For the worker: a span per attempt of an activity. */
  activity: ActivityInterceptorsFactory
  /** Sends the spans that are still queued. */
  close(): Promise<void>
}

type Options = { config: NonNullable<Config['tracing']>; service: string; log: Logger }

/**
 * Sends spans to a collector with OTLP over HTTP. Imported only if configured, because the
 * libraries take memory and time to load.
 */
export const startTracing = ({ config, service, log }: Options): Tracing => {
  const refused = (words: string) => log.warn({ words }, 'spans could not be delivered')
  const unheard = () => undefined
  const logger = { error: refused, warn: refused, info: unheard, debug: unheard, verbose: unheard }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  const exporter = new OTLPTraceExporter({
    url: `${config.endpoint}/v1/traces`,
    headers: config.headers,
  })
  const provider = new NodeTracerProvider({
    resource: new Resource({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(discreet(exporter))],
  })
  provider.register()
  return {
    client: new OpenTelemetryWorkflowClientInterceptor(),
    activity: (context) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(context) }),
    close: () => provider.shutdown(),
  }
}

/** The attributes that a span may have besides its name and times. */
const allowed = new Set([
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'temporalWorkflowId',
  'temporalActivityId',
  'run_id',
])

/**
 * promise: S3: an allowlist, because libraries can add any attribute. Errors keep only their type:
 * their messages may quote platforms and people.
 */
const discreet = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(discreetly), done),
  shutdown: () => exporter.shutdown(),
})

const discreetly = (span: ReadableSpan): ReadableSpan => {
  const attributes = Object.fromEntries(
    Object.entries(span.attributes).filter(([name]) => allowed.has(name)),
  )
  const error = span.events.find(({ name }) => name === 'exception')?.attributes?.['exception.type']
  return Object.create(span, {
    attributes: {
      value: error === undefined ? attributes : { ...attributes, 'error.type': error },
    },
    events: { value: [] },
    status: { value: { code: span.status.code } },
  })
}
