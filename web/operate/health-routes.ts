import { forAnyone, type WebDeps } from '../env.ts'
import { findHealth, isWell } from '../health.ts'

/** For whoever watches the installation: live is this process; ready is Postgres, Temporal and a worker that polls. */
export const healthRoutes = (deps: WebDeps) =>
  forAnyone
    .createApp()
    .get('/health/live', (c) => c.json({ live: true }))
    .get('/health/ready', async (c) => {
      const health = await findHealth(deps)
      return c.json({ ready: isWell(health), ...health }, isWell(health) ? 200 : 503)
    })
