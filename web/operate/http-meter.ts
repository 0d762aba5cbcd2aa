import { Histogram, type Registry } from 'prom-client'

/** `route` is the route pattern, not the URL, because URLs can contain codes (promise: S3). */
export type ObserveRequest = (
  request: { method: string; route: string; status: number },
  seconds: number,
) => void

export const createHttpMeter = (registry: Registry): ObserveRequest => {
  const durations = new Histogram({
    name: 'cratesocial_http_request_duration_seconds',
    help: 'Time to the answer of a request, by the pattern of its route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  })
  return ({ method, route, status }, seconds) =>
    durations.observe({ method, route, status }, seconds)
}
