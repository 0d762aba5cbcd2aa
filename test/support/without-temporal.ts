import type { Temporal } from '../../web/temporal.ts'

/** Stands where a test of pages needs no cluster: nobody is told anything, everything is well, and one worker polls. */
export const withoutTemporal: Temporal = {
  nudge: async () => undefined,
  progress: async () => null,
  healthy: async () => true,
  workers: async () => [{ identity: 'nobody', polledAt: new Date() }],
  troubled: async () => 0,
  open: async () => null,
  close: async () => undefined,
}
