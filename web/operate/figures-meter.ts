import { Gauge, type Registry } from 'prom-client'
import { type Figures, findFigures } from '../../db/notifications/figures.ts'
import { endingsAhead } from '../../platforms/ending.ts'
import type { WebDeps } from '../http/env.ts'
import { findHealth } from './health.ts'

type Reading = {
  name: string
  help: string
  label?: string
  values: (figures: Figures) => [string, number][]
}
const one = (value: number): [string, number][] => [['', value]]

const readings: Reading[] = [
  {
    name: 'targets_open',
    help: 'Open targets, by state.',
    label: 'state',
    values: (f) => f.open.map(({ state, count }) => [state, count]),
  },
  {
    name: 'targets_overdue',
    help: 'Targets due more than a minute ago, not paused or blocked, and not sent.',
    values: (f) => one(f.overdue),
  },
  {
    name: 'targets_outcome_unknown',
    help: 'Targets sent at least a minute ago whose outcome is unknown.',
    values: (f) => one(f.unconfirmed),
  },
  {
    name: 'outbox_rows',
    help: 'Outbox rows waiting to be handled.',
    values: (f) => one(f.outbox.count),
  },
  {
    name: 'outbox_oldest_age_seconds',
    help: 'Age of the oldest outbox row, in seconds.',
    values: (f) => one(f.outbox.oldestAgeS),
  },
  {
    name: 'grants',
    help: 'Grants, by state.',
    label: 'state',
    values: ({ grants }) => [
      ['active', grants.active],
      ['reauthorize', grants.reauthorize],
    ],
  },
  {
    name: 'renewals_due',
    help: 'Tokens past three quarters of their lifetime.',
    values: (f) => one(f.grants.renewalsDue),
  },
  {
    name: 'renewals_failing',
    help: 'Grants whose last renewal failed.',
    values: (f) => one(f.grants.renewalsFailing),
  },
  {
    name: 'revocations_pending',
    help: "Revocations that the platform hasn't confirmed yet.",
    values: (f) => one(f.revocations),
  },
  {
    name: 'oldest_overdue_reading_seconds',
    help: 'How long the oldest overdue insights reading has waited, in seconds.',
    values: (f) => one(f.oldestReadingS),
  },
  {
    name: 'deletion_requests_open',
    help: 'Deletion requests in progress.',
    values: (f) => one(f.deletions),
  },
  {
    name: 'sweep_age_seconds',
    help: 'Time since a retention rule last ran.',
    label: 'rule',
    values: (f) => f.sweeps.map(({ rule, ageS }) => [rule, ageS]),
  },
  {
    name: 'paused',
    help: '1 while publishing is paused everywhere.',
    values: (f) => one(Number(f.isPaused)),
  },
  {
    name: 'workspaces_paused',
    help: 'Workspaces that are paused.',
    values: (f) => one(f.pausedWorkspaces),
  },
]

/**
 * Gauges from Postgres and the Temporal cluster, read at every scrape. Values that can't be read
 * are left out, and `up` shows why.
 */
export const meterFigures = (registry: Registry, deps: WebDeps): (() => Promise<void>) => {
  const gauge = (name: string, help: string, label?: string) =>
    new Gauge({
      name: `cratesocial_${name}`,
      help,
      labelNames: label ? [label] : [],
      registers: [registry],
    })
  const gauges = readings.map((reading) => ({
    reading,
    gauge: gauge(reading.name, reading.help, reading.label),
  }))
  const up = gauge(
    'up',
    '1 when it works: postgres, temporal, worker (at least one polls), disk (enough space).',
    'part',
  )
  const free = gauge('disk_free_bytes', 'Free space on the disk that uploads go through.')
  const minimum = gauge(
    'disk_min_free_bytes',
    'DISK_MIN_FREE_BYTES: with less free space, uploads are refused.',
  )
  minimum.set(deps.config.media.minFreeBytes)
  const ending = gauge(
    'platform_ending_seconds',
    'Time until a platform retires something that is used here.',
    'what',
  )
  const stuck = gauge(
    'workflows_in_trouble',
    'Running workflows whose code fails (TemporalReportedProblems).',
  )
  return async () => {
    const [health, troubled] = await Promise.all([findHealth(deps), deps.temporal.troubled()])
    for (const { issuer, what, endsOn } of endingsAhead(
      deps.platforms.issuers.values(),
      deps.now(),
    ))
      ending.set({ what: `${issuer}: ${what}` }, (Date.parse(endsOn) - deps.now()) / 1_000)
    free.set(await deps.mediaStore.freeBytes())
    for (const [part, answers] of Object.entries(health)) up.set({ part }, Number(answers))
    if (troubled === null) stuck.remove()
    else stuck.set(troubled)
    const figures = health.postgres ? await findFigures(deps.sql) : null
    for (const { reading, gauge } of gauges) {
      if (figures || reading.label) gauge.reset()
      if (!figures) gauge.remove()
      else
        for (const [value, figure] of reading.values(figures))
          gauge.set(reading.label ? { [reading.label]: value } : {}, figure)
    }
  }
}
