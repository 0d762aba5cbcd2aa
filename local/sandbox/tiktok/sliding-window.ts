/** Counts events per key in a sliding window of sandbox time. */
export type SlidingWindow = {
  /**
   * Returns true and counts the event if it is within the limit. Returns false if the last
   * `windowMs` already contain `limit` events.
   */
  take(key: string, limit: number, nowMs: number): boolean
  clear(): void
}

export function createSlidingWindow(windowMs: number): SlidingWindow {
  const moments = new Map<string, number[]>()
  return {
    take(key, limit, nowMs) {
      const recent = (moments.get(key) ?? []).filter((moment) => moment > nowMs - windowMs)
      const fits = recent.length < limit
      if (fits) recent.push(nowMs)
      moments.set(key, recent)
      return fits
    },
    clear: () => moments.clear(),
  }
}
