import { Counter, Histogram, type Registry } from 'prom-client'

/**
 * The worker's metrics about publishing. Labels are platforms, kinds and outcomes, never ids, names
 * or texts.
 */
export type Meters = {
  /** A publishing call was sent `lateMs` after the scheduled time. */
  sent(of: { platform: string; kind: string }, lateMs: number): void
  ended(of: { platform: string; kind: string }, outcome: Outcome): void
  relayed(kind: string, outcome: 'handled' | 'failed', rows: number): void
}
type Outcome = 'published' | 'failed' | 'unconfirmed' | 'missed'

export const createMeters = (registry: Registry): Meters => {
  const registers = [registry]
  const lateness = new Histogram({
    name: 'cratesocial_send_lateness_seconds',
    help: 'Seconds between the scheduled time and the call that publishes.',
    labelNames: ['platform', 'kind'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3_600],
    registers,
  })
  const outcomes = new Counter({
    name: 'cratesocial_targets_ended_total',
    help: 'Targets that reached a final state, by platform, kind and outcome.',
    labelNames: ['platform', 'kind', 'outcome'],
    registers,
  })
  const relayed = new Counter({
    name: 'cratesocial_relayed_total',
    help: 'Outbox rows that the relay handled, by kind; failed ones are retried.',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  return {
    sent: ({ platform, kind }, lateMs) =>
      lateness.observe({ platform, kind }, Math.max(0, lateMs) / 1_000),
    ended: ({ platform, kind }, outcome) => outcomes.inc({ platform, kind, outcome }),
    relayed: (kind, outcome, rows) => relayed.inc({ kind, outcome }, rows),
  }
}
