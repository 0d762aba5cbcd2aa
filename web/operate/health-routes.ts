import { forAnyone, type WebDeps } from '../http/env.ts'
import { findHealth, isWell } from './health.ts'

/**
 * Health checks for monitoring. `live`: this process runs. `ready`: Postgres and Temporal answer, a
 * worker polls and there is disk space.
 */
export const healthRoutes = (deps: WebDeps) =>
  forAnyone
    .createApp()
    .get('/health/live', (c) => c.json({ live: true }))
    .get('/health/ready', async (c) => {
      const health = await findHealth(deps)
      return c.json({ ready: isWell(health), ...health }, isWell(health) ? 200 : 503)
    })
