import type { WebDeps } from './env.ts'

export type Health = { postgres: boolean; temporal: boolean; worker: boolean }

/** A poll that finds nothing lasts a minute, and the cluster notes only its beginning. */
const polledWithinMs = 75_000

/** Whether what we stand on answers: Postgres, Temporal, and at least one worker that asks it for work. Nothing here throws. */
export const findHealth = async (deps: WebDeps): Promise<Health> => {
  const [postgres, temporal, workers] = await Promise.all([
    postgresAnswers(deps),
    deps.temporal.healthy(),
    deps.temporal.workers(),
  ])
  const isPolling = (polledAt: Date) => deps.now() - polledAt.getTime() < polledWithinMs
  return { postgres, temporal, worker: workers.some(({ polledAt }) => isPolling(polledAt)) }
}

export const isWell = ({ postgres, temporal, worker }: Health): boolean => postgres && temporal && worker

const postgresAnswers = async (deps: WebDeps): Promise<boolean> => {
  try {
    await deps.sql`select 1`
    return true
  } catch (error) {
    deps.log.warn({ err: error }, 'postgres does not answer')
    return false
  }
}
