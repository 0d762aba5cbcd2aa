import { forAnyone, type WebDeps } from '../env.ts'

/** For whoever watches the installation: live is the process, ready is Postgres and Temporal. */
export const healthRoutes = (deps: WebDeps) =>
  forAnyone
    .createApp()
    .get('/health/live', (c) => c.json({ live: true }))
    .get('/health/ready', async (c) => {
      const [postgres, temporal] = await Promise.all([postgresAnswers(deps), deps.temporal.healthy()])
      return c.json({ ready: postgres && temporal, postgres, temporal }, postgres && temporal ? 200 : 503)
    })

const postgresAnswers = async (deps: WebDeps): Promise<boolean> => {
  try {
    await deps.sql`select 1`
    return true
  } catch (error) {
    deps.log.warn({ err: error }, 'postgres does not answer')
    return false
  }
}
