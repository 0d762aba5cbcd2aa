/** How many requests begin per turn of the event loop. The others wait, in order. */
export const requestsPerTurn = 16

/**
 * Beginning a request blocks the event loop for a fraction of a millisecond. If a thousand requests
 * arrive at once, spreads them over several turns, so that answers, live pages and probes aren't
 * held up. Requests that match `first` never wait.
 */
export const inTurns = <Args extends [Request, ...unknown[]], Answer>(
  begin: (...args: Args) => Answer | Promise<Answer>,
  first: (request: Request) => boolean,
): ((...args: Args) => Answer | Promise<Answer>) => {
  const waiting: (() => void)[] = []
  let begun = 0
  const turn = (): void => {
    const next = waiting.splice(0, requestsPerTurn)
    begun = next.length
    for (const go of next) go()
    if (begun > 0) setImmediate(turn)
  }
  return (...args) => {
    if (first(args[0])) return begin(...args)
    if (begun < requestsPerTurn && waiting.length === 0) {
      if (begun === 0) setImmediate(turn)
      begun += 1
      return begin(...args)
    }
    return new Promise<void>((resolve) => waiting.push(resolve)).then(() => begin(...args))
  }
}
