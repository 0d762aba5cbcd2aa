import type { Context } from 'hono'

/** Server-sent events to one page. After the stream has ended, `send` and `end` do nothing. */
export type EventStream = { send(event: string, data?: string): void; end(): void }

/**
 * After this many unread events the stream ends. The browser is gone or asleep, and reconnects when
 * it is back.
 */
export const unreadMax = 100

const encoder = new TextEncoder()

/**
 * A response that stays open until `end` is called or the browser disconnects. `open` starts it and
 * returns a cleanup function. Uses one plain stream, because Hono's helper pipes through two more
 * and thousands of pages are open.
 */
export const eventStream = (c: Context, open: (events: EventStream) => () => void): Response => {
  let left: () => void = () => undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      let isOpen = true
      const end = () => {
        if (!isOpen) return
        isOpen = false
        controller.close()
        left()
      }
      const send = (event: string, data = '') => {
        if (!isOpen) return
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${data}\n\n`))
        if ((controller.desiredSize ?? 0) < -unreadMax) end()
      }
      const close = open({ send, end })
      left = () => {
        isOpen = false
        close()
      }
      if (!isOpen) left()
    },
    cancel: () => left(),
  })
  return c.body(body, 200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no', // nginx would buffer the events
  })
}
