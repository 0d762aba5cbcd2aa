import type { Share, Used } from '../../../platforms/measurer.ts'

/** A share without a limit that counts its calls. */
export type CountingShare = Share & { calls: number; used: Used[] }

export const countingShare = (): CountingShare => {
  const share: CountingShare = {
    calls: 0,
    used: [],
    take: async (calls) => {
      share.calls += calls
    },
    told: (used) => {
      share.used = used
    },
  }
  return share
}
