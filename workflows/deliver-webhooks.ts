import { type ActivityOptions, continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { DeliveringActivities } from '../activities/webhooks/delivering.ts'
import type { WebhookFacts } from '../activities/webhooks/facts.ts'
import { followRow, type RowStep } from './follow-row.ts'
import type { WebhookRef } from './names.ts'

/** A receiver has ten seconds. What was noted before a failure isn't done again. */
const options: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumAttempts: 5 },
}
const activities = (summary: string) =>
  proxyActivities<DeliveringActivities>({ ...options, summary })

const { readWebhook } = activities('Read when the next message is due')
const deliver: RowStep<WebhookRef, WebhookFacts, 'deliver'> = {
  name: 'deliver',
  words: 'Send what is due to the endpoint',
  run: activities('Send what is due to the endpoint').deliverWebhooks,
}

/**
 * Delivers the messages of one endpoint, in the order of their times. The rows decide: a message is
 * written there in the transaction of its event, with the time of its next try, and the signal
 * `changed` says so. Ends when no message waits, and starts again with the next one.
 */
export async function deliverWebhooks(ref: WebhookRef): Promise<void> {
  const { read, take, startOverIfLong, end } = followRow<WebhookRef, WebhookFacts, 'deliver'>(
    ref,
    readWebhook,
    startOver,
  )
  let endpoint = await read()
  while (endpoint.isOpen) {
    endpoint = await take(endpoint, endpoint.nextAt, deliver)
    if (endpoint.isOpen) await startOverIfLong()
  }
  end(endpoint)
}

const startOver = (ref: WebhookRef): Promise<never> => continueAsNew<typeof deliverWebhooks>(ref)
