import type { WebhookEndpoint } from '../../db/webhooks/endpoints.ts'
import type { WebhookEvent, WebhookFormat } from '../../db/webhooks/events.ts'
import type { LoggedMessage } from '../../db/webhooks/messages.ts'
import type { WebDeps } from '../http/env.ts'
import type { Formats } from '../time/formats.ts'

export const webhookEventWords: Record<WebhookEvent, string> = {
  'post.published': 'A post was published on an account.',
  'post.failed': 'A post was rejected, or couldn’t be sent.',
  'post.needs_attention': 'A post missed its time, or we couldn’t confirm that it was published.',
  'review.requested': 'A post needs approval.',
  'review.approved': 'A post was approved.',
  'review.changes_requested': 'A reviewer wants changes.',
  'review.held': 'A post is on hold because nobody approved it in time.',
  'account.needs_reconnect': 'An account needs to be reconnected.',
}

export const formatWords: Record<WebhookFormat, { label: string; words: string }> = {
  standard: { label: 'Signed JSON', words: 'For your own server, Zapier, n8n or Make.' },
  slack: { label: 'Slack', words: 'A message with a link, for an incoming webhook of Slack.' },
  discord: { label: 'Discord', words: 'A message with a link, for a webhook of a channel.' },
  teams: { label: 'Microsoft Teams', words: 'A card with a link, for a Teams workflow.' },
}

/** An endpoint as pages show it. */
export const endpointView = (deps: WebDeps, endpoint: WebhookEndpoint, fmt: Formats) => {
  const place = { table: 'webhook_endpoints', id: endpoint.id, column: 'url_sealed' }
  const url = deps.vault.open(endpoint.urlSealed, place)
  const [first = '', second = '', ...more] = endpoint.events
  return {
    ...endpoint,
    address: shownAddress(url, endpoint.format),
    formatLabel: formatWords[endpoint.format].label,
    eventsShown: second ? `${first}, ${second}` : first,
    more: more.length,
    state: stateOf(endpoint),
    stateWords: stateWordsOf(endpoint, fmt),
  }
}

/** Whoever has the address of a chat can write there, and a query often has a password. */
const shownAddress = (url: string, format: WebhookFormat): string => {
  const { origin, pathname } = new URL(url)
  const whole = `${origin}${pathname === '/' ? '' : pathname}`
  const most = format === 'standard' ? 60 : origin.length + 12
  return whole.length > most ? `${whole.slice(0, most)}…` : whole
}

const stateOf = ({ disabledAt, retrying, lastOutcome }: WebhookEndpoint) => {
  if (disabledAt) return { label: 'Off', tone: 'need', icon: 'player-pause' }
  if (retrying > 0) return { label: 'Trying again', tone: 'wait', icon: 'refresh' }
  if (lastOutcome === 'failed') return { label: 'Failed', tone: 'need', icon: 'alert-circle' }
  if (lastOutcome === null) return { label: 'Ready', tone: '', icon: 'check' }
  return { label: 'Delivering', tone: 'out', icon: 'check' }
}

const offWords = {
  person: 'Turned off by an admin',
  receiver: 'Turned off: its server said that it’s gone',
  failures: 'Turned off: nothing could be delivered for 3 days',
}

const stateWordsOf = (endpoint: WebhookEndpoint, fmt: Formats): string => {
  if (endpoint.disabledBy) return offWords[endpoint.disabledBy]
  if (endpoint.retrying > 0 && endpoint.nextAt) return `Next try ${fmt.when(endpoint.nextAt)}`
  return endpoint.lastAt ? `Last event ${fmt.when(endpoint.lastAt)}` : 'No event yet'
}

const problemWords: Record<string, string> = {
  address: 'Address not allowed',
  name: 'Host not found',
  timeout: 'No answer in time',
  refused: 'Connection refused',
  reset: 'Connection closed',
  tls: 'Certificate not valid',
}

/** A line of the log. */
export const messageView = (message: LoggedMessage) => ({
  ...message,
  tone: { waiting: 'wait', delivered: 'out', failed: 'need' }[message.outcome],
  result: resultOf(message),
})

const resultOf = ({ tries, status, problem, durationMs, outcome }: LoggedMessage): string => {
  if (tries === 0) return 'Waiting'
  const what = status ?? problemWords[problem ?? ''] ?? 'No answer'
  const nth = tries > 1 || outcome !== 'delivered' ? `, try ${tries}` : ''
  return `${what}${nth}, ${durationMs} ms`
}
