import type { Logger } from 'pino'
import type { Sql } from '../../db/postgres/connect.ts'

/** Notifies open pages that a target has changed. Uses LISTEN between processes. */
export type Live = {
  /**
   * Calls `changed` for each change of a target in the workspace, or of one post. Returns a
   * function that unsubscribes.
   */
  subscribe(to: Topic, subscriber: Subscriber): () => void
  /** The same for the conversions of a workspace's media. */
  subscribeMedia(workspaceId: string, subscriber: MediaSubscriber): () => void
  /** The same for one import of posts. */
  subscribeImport(importId: string, subscriber: ImportSubscriber): () => void
  /** Stops listening and makes every subscriber end its stream. */
  close(): Promise<void>
}

export type Topic = { workspaceId: string; postId?: string }
/** `dueS`: when the target is due, and was due before, in seconds since 1970. */
export type Change = { postId: string; targetId: string; dueS: number[] }
/** `changed` gets null if anything may have changed. */
type Subscriber = { changed(change: Change | null): void; closed(): void }
/** `changed` gets the id of the media, or null if any may have changed. */
type MediaSubscriber = { changed(mediaId: string | null): void; closed(): void }

type ImportSubscriber = { changed(): void; closed(): void }

/**
 * Uses one LISTEN per process. After the connection was interrupted, the driver listens again but
 * notifications are lost, so every subscriber gets a change without a target.
 */
export const createLive = async (sql: Sql, log: Logger): Promise<Live> => {
  const subscriptions = new Map<Subscriber, Topic>()
  const ofMedia = new Map<MediaSubscriber, string>()
  const ofImports = new Map<ImportSubscriber, string>()
  let listening = false
  const listener = await sql.listen(
    'targets',
    (payload) => notifySubscribers(subscriptions, payload),
    () => {
      if (listening) {
        log.warn(
          { subscribers: subscriptions.size },
          'listening to targets again after a lost connection',
        )
        for (const subscriber of [...subscriptions.keys(), ...ofMedia.keys()])
          subscriber.changed(null)
        for (const subscriber of [...ofImports.keys()]) subscriber.changed()
      }
      listening = true
    },
  )
  const mediaListener = await sql.listen('media', (payload) => {
    const [workspaceId, mediaId = ''] = payload.split(' ')
    for (const [subscriber, of] of ofMedia) if (of === workspaceId) subscriber.changed(mediaId)
  })
  const importListener = await sql.listen('imports', (payload) => {
    const [, importId = ''] = payload.split(' ')
    for (const [subscriber, of] of ofImports) if (of === importId) subscriber.changed()
  })
  return {
    subscribeImport: (importId, subscriber) => {
      ofImports.set(subscriber, importId)
      return () => {
        ofImports.delete(subscriber)
      }
    },
    subscribeMedia: (workspaceId, subscriber) => {
      ofMedia.set(subscriber, workspaceId)
      return () => {
        ofMedia.delete(subscriber)
      }
    },
    subscribe: (to, subscriber) => {
      subscriptions.set(subscriber, to)
      return () => {
        subscriptions.delete(subscriber)
      }
    },
    close: async () => {
      const all = [...subscriptions.keys(), ...ofMedia.keys(), ...ofImports.keys()]
      for (const subscriber of all) subscriber.closed()
      subscriptions.clear()
      ofMedia.clear()
      ofImports.clear()
      await listener.unlisten()
      await mediaListener.unlisten()
      await importListener.unlisten()
    },
  }
}

/**
 * The payload of the trigger `tell_target`: workspace, post and target id, and one or two times.
 */
const notifySubscribers = (subscriptions: Map<Subscriber, Topic>, payload: string): void => {
  const [workspaceId, postId = '', targetId = '', ...times] = payload.split(' ')
  const change = { postId, targetId, dueS: times.map(Number) }
  for (const [subscriber, topic] of subscriptions)
    if (
      topic.workspaceId === workspaceId &&
      (topic.postId === undefined || topic.postId === postId)
    )
      subscriber.changed(change)
}
