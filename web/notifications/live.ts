import type { Logger } from 'pino'
import type { Sql } from '../db/connect.ts'

/** Tells open pages that a target has changed. Between processes by LISTEN, inside this one from memory. */
export type Live = {
  /** `tell` runs for every change of a target of the workspace, or of the post where one is named. Returns the way to stop it. */
  subscribe(to: Topic, subscriber: Subscriber): () => void
  /** Stops listening and tells every subscriber to end its stream. */
  close(): Promise<void>
}

export type Topic = { workspaceId: string; postId?: string }
export type Subscriber = { changed(targetId: string | null): void; closed(): void }

/**
 * One LISTEN per process. After a broken connection the driver listens again, and what was said meanwhile is lost:
 * so every subscriber is told to look again, with no target named.
 */
export const createLive = async (sql: Sql, log: Logger): Promise<Live> => {
  const subscriptions = new Map<Subscriber, Topic>()
  let listening = false
  const listener = await sql.listen(
    'targets',
    (payload) => tell(subscriptions, payload),
    () => {
      if (listening) {
        log.warn({ subscribers: subscriptions.size }, 'listening to targets again after a broken connection')
        for (const subscriber of subscriptions.keys()) subscriber.changed(null)
      }
      listening = true
    },
  )
  return {
    subscribe: (to, subscriber) => {
      subscriptions.set(subscriber, to)
      return () => {
        subscriptions.delete(subscriber)
      }
    },
    close: async () => {
      for (const subscriber of [...subscriptions.keys()]) subscriber.closed()
      subscriptions.clear()
      await listener.unlisten()
    },
  }
}

/** Payload of the trigger `tell_target`: workspace, post and target id. */
const tell = (subscriptions: Map<Subscriber, Topic>, payload: string): void => {
  const [workspaceId, postId, targetId = null] = payload.split(' ')
  for (const [subscriber, topic] of subscriptions)
    if (topic.workspaceId === workspaceId && (topic.postId === undefined || topic.postId === postId)) subscriber.changed(targetId)
}
