import type { WebDeps } from '../http/env.ts'
import { databaseWrites, hasSpaceFor } from '../media/storage.ts'

export type Health = { postgres: boolean; temporal: boolean; worker: boolean; disk: boolean }

/** A poll without tasks lasts a minute, and the cluster records only when it began. */
const polledWithinMs = 75_000

/**
 * Checks that Postgres and Temporal answer, that at least one worker polls, and that there is disk
 * space for uploads and the database. Never throws.
 */
export const findHealth = async (deps: WebDeps): Promise<Health> => {
  const [postgres, temporal, workers, disk] = await Promise.all([
    postgresAnswers(deps),
    deps.temporal.healthy(),
    deps.temporal.workers(),
    hasSpace(deps),
  ])
  const isPolling = (polledAt: Date) => deps.now() - polledAt.getTime() < polledWithinMs
  return { postgres, temporal, worker: workers.some(({ polledAt }) => isPolling(polledAt)), disk }
}

export const isWell = ({ postgres, temporal, worker, disk }: Health): boolean =>
  postgres && temporal && worker && disk

/** Returns true if the database is down, because `postgres` reports that. */
const hasSpace = async (deps: WebDeps): Promise<boolean> => {
  const [uploads, database] = await Promise.all([
    hasSpaceFor(deps, 0),
    databaseWrites(deps).catch(() => true),
  ])
  if (!uploads || !database) deps.log.warn({ uploads, database }, 'there is too little disk space')
  return uploads && database
}

const postgresAnswers = async (deps: WebDeps): Promise<boolean> => {
  try {
    await deps.sql`select 1`
    return true
  } catch (error) {
    deps.log.warn({ err: error }, 'postgres does not answer')
    return false
  }
}
