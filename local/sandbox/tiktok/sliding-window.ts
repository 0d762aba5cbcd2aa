/** Counts events per key in a window that moves with the sandbox clock. */
export type SlidingWindow = {
  /** True when the event fits and is counted; false when `limit` events lie inside the last `windowMs`. */
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
