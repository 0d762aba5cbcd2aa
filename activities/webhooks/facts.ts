import type { EndpointToServe } from '../../db/webhooks/deliveries.ts'

/** What an activity reports of an endpoint. Times are epoch milliseconds on the worker's clock. */
export type WebhookFacts = {
  /** Whether a message waits. */
  isOpen: boolean
  readAt: number
  /** When the next message is due. */
  nextAt: number
  /** What it waits for, for admins. */
  words: string
}

export const webhookFactsOf = (
  endpoint: EndpointToServe | undefined,
  nowMs: number,
): WebhookFacts => {
  if (!endpoint?.nextAt)
    return { isOpen: false, readAt: nowMs, nextAt: nowMs, words: 'Nothing is left to deliver' }
  const { waiting } = endpoint
  return {
    isOpen: true,
    readAt: nowMs,
    nextAt: endpoint.nextAt.getTime(),
    words: `${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'} for the next try`,
  }
}
