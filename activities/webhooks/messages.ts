import { Webhook } from 'standardwebhooks'
import type { DueMessage } from '../../db/webhooks/deliveries.ts'
import { testEvent } from '../../db/webhooks/events.ts'

/** What is sent for a message: ids, states, times and the link at the platform. No text, no name. */
export type Delivery = { body: string; headers: Record<string, string> }

type Making = {
  message: DueMessage
  /** The newest first. */
  secrets: string[]
  publicUrl: string
  /** The name of the platform. */
  label: string
  nowMs: number
}

export const deliveryOf = (making: Making): Delivery => {
  const { message } = making
  if (message.format !== 'standard')
    return { body: JSON.stringify(chatMessage(making)), headers: common }
  const body = JSON.stringify({
    type: message.event,
    id: message.id,
    timestamp: message.at.toISOString(),
    data: dataOf(making),
  })
  return { body, headers: { ...common, ...signedBy(making, body) } }
}

const common = { 'content-type': 'application/json', 'user-agent': 'CrateSocial-Webhooks/1' }

const signedBy = ({ message, secrets, nowMs }: Making, body: string): Record<string, string> => {
  const at = new Date(nowMs)
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
    'webhook-signature': secrets
      .map((secret) => new Webhook(secret).sign(message.id, at, body))
      .join(' '),
  }
}

const dataOf = ({ message, publicUrl }: Making): Record<string, string | null> => {
  const { workspaceId, postId, targetId, channelId, platform, state } = message
  const url = pageOf(message, publicUrl)
  if (message.event === testEvent) return { workspaceId, state, url }
  if (!postId) return { workspaceId, accountId: channelId, platform, state, url }
  const dueAt = message.dueAt?.toISOString() ?? null
  if (!targetId) return { workspaceId, postId, state, dueAt, url }
  return {
    ...{ workspaceId, postId, targetId, accountId: channelId, platform, state, dueAt },
    publishedAt: message.publishedAt?.toISOString() ?? null,
    permalink: message.permalink,
    url,
  }
}

/** The page of CrateSocial where a person sees what it is about. */
const pageOf = ({ slug, postId, event }: DueMessage, publicUrl: string): string => {
  const base = `${publicUrl}/w/${slug}`
  if (postId) return `${base}/posts/${postId}`
  return event === testEvent ? `${base}/settings/developers` : `${base}/channels`
}

const chatMessage = (making: Making): Record<string, unknown> => {
  const { message, publicUrl } = making
  const [words, url] = [wordsOf(making), pageOf(message, publicUrl)]
  switch (message.format) {
    case 'slack':
      return { text: `${words} <${url}|Open in CrateSocial>` }
    case 'discord':
      return {
        content: `${words} [Open in CrateSocial](<${url}>)`,
        allowed_mentions: { parse: [] },
      }
    default:
      return {
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              type: 'AdaptiveCard',
              version: '1.4',
              body: [{ type: 'TextBlock', text: words, wrap: true }],
              actions: [{ type: 'Action.OpenUrl', title: 'Open in CrateSocial', url }],
            },
          },
        ],
      }
  }
}

const wordsOf = ({ message, label }: Making): string => {
  switch (message.event) {
    case 'post.published':
      return `A post was published on ${label}.`
    case 'post.failed':
      return `A post wasn’t published on ${label}.`
    case 'post.needs_attention':
      return message.state === 'missed'
        ? `A post for ${label} missed its scheduled time. Nothing was sent.`
        : `We couldn’t confirm that a post was published on ${label}.`
    case 'review.requested':
      return 'A post needs approval.'
    case 'review.approved':
      return 'A post was approved.'
    case 'review.changes_requested':
      return 'Changes were requested for a post.'
    case 'review.held':
      return 'A post is on hold: not approved in time.'
    case 'account.needs_reconnect':
      return `An account on ${label} needs to be reconnected.`
    default:
      return 'This is a test. Messages from CrateSocial arrive here.'
  }
}
