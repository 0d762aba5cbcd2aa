/**
 * Caches the result of `ask` for `forMs`. Concurrent callers share one request. Errors aren't
 * cached.
 */
export const remembered = <T>(forMs: number, ask: () => Promise<T>): (() => Promise<T>) => {
  let last: { answer: Promise<T>; untilMs: number } | undefined
  return () => {
    if (last && performance.now() < last.untilMs) return last.answer
    const answer = ask()
    const asked = { answer, untilMs: Number.POSITIVE_INFINITY }
    last = asked
    answer.then(
      () => {
        asked.untilMs = performance.now() + forMs
      },
      () => {
        if (last === asked) last = undefined
      },
    )
    return answer
  }
}
