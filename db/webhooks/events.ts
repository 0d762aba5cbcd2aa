/** What an endpoint can get. The triggers of the migrations write the messages. */
export const webhookEvents = [
  'post.published',
  'post.failed',
  'post.needs_attention',
  'review.requested',
  'review.approved',
  'review.changes_requested',
  'review.held',
  'account.needs_reconnect',
] as const
export type WebhookEvent = (typeof webhookEvents)[number]
/** What "Send test" sends. No endpoint chooses it. */
export const testEvent = 'endpoint.test'

export const webhookFormats = ['standard', 'slack', 'discord', 'teams'] as const
export type WebhookFormat = (typeof webhookFormats)[number]
