import { z } from '@hono/zod-openapi'
import { testEvent, webhookEvents } from '../../db/webhooks/events.ts'
import type { Api } from './operation.ts'

const id = z.uuid()
const time = z.iso.datetime()
const post = { workspaceId: id, postId: id, dueAt: time.nullable(), url: z.url() }

/** The `data` of the messages whose names begin like this. Without texts and names. */
const data = {
  post: z.object({
    ...post,
    ...{ targetId: id, accountId: id, platform: z.string(), state: z.string() },
    publishedAt: time.nullable(),
    permalink: z.url().nullable(),
  }),
  review: z.object({ ...post, state: z.string() }),
  account: z.object({
    ...{ workspaceId: id, accountId: id, platform: z.string() },
    ...{ state: z.string(), url: z.url() },
  }),
  endpoint: z.object({ workspaceId: id, state: z.string(), url: z.url() }),
}

/** The messages that we send to endpoints, for the document. */
export const describeWebhooks = (api: Api): void => {
  for (const type of [...webhookEvents, testEvent]) {
    const schema = z.object({
      type: z.literal(type),
      id: id.openapi({ description: 'The same in each try, as in the header `webhook-id`.' }),
      timestamp: time,
      data: data[type.split('.')[0] as keyof typeof data],
    })
    api.openAPIRegistry.registerWebhook({
      method: 'post',
      path: type,
      operationId: `on.${type}`,
      tags: ['Webhooks'],
      summary: `We send \`${type}\` to your endpoint`,
      description:
        'Signed by Standard Webhooks, and tried again for three days until you answer with a 2xx.',
      security: [],
      request: {
        headers: z.object({
          'webhook-id': z.string(),
          'webhook-timestamp': z.string(),
          'webhook-signature': z.string(),
        }),
        body: { required: true, content: { 'application/json': { schema } } },
      },
      responses: {
        '2XX': { description: 'Received.' },
        410: { description: 'Turns the endpoint off.' },
      } as never,
    })
  }
}
