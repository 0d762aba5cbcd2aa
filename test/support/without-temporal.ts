import type { Temporal } from '../../web/operate/temporal.ts'

/**
 * A substitute for tests of pages that need no cluster: signals nothing, reports everything
 * healthy, and shows one worker.
 */
export const withoutTemporal: Temporal = {
  signalTargets: async () => undefined,
  progress: async () => null,
  healthy: async () => true,
  workers: async () => [{ identity: 'nobody', polledAt: new Date() }],
  troubled: async () => 0,
  open: async () => null,
  close: async () => undefined,
}
