import { HTTPException } from 'hono/http-exception'

/**
 * How many streams a session may have; hidden pages close theirs. Another one ends the oldest,
 * which is probably forgotten.
 */
export const streamsPerSession = 20
/** All streams of a server process. */
export const streamsPerServer = 5_000

export type StreamLimit = {
  /**
   * Counts a stream of the session. Returns a function to call when it has ended. Throws 503 if the
   * server has too many.
   */
  enter(sessionId: string, end: () => void): () => void
}

/**
 * Limits the event streams per session and per server. Each one holds a connection and some memory.
 */
export const createStreamLimit = (
  most = { perSession: streamsPerSession, perServer: streamsPerServer },
): StreamLimit => {
  const sessions = new Map<string, Set<() => void>>()
  let open = 0
  const leave = (sessionId: string, end: () => void): void => {
    const mine = sessions.get(sessionId)
    if (!mine?.delete(end)) return
    open--
    if (mine.size === 0) sessions.delete(sessionId)
  }
  return {
    enter: (sessionId, end) => {
      const mine = sessions.get(sessionId) ?? new Set()
      const [oldest] = mine
      if (oldest && mine.size >= most.perSession) {
        leave(sessionId, oldest)
        oldest()
      }
      if (open >= most.perServer)
        throw new HTTPException(503, {
          message:
            'Too many pages are open, so this one doesn’t update automatically. Close some, then reload it.',
        })
      sessions.set(sessionId, mine.add(end))
      open++
      return () => leave(sessionId, end)
    },
  }
}
