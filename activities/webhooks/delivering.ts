import { notify } from '../../db/notifications/notifications.ts'
import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'
import type { Vault } from '../../db/vault/vault.ts'
import {
  type DueMessage,
  findEndpointToServe,
  isFailingSince,
  listDueMessages,
  lockEndpoint,
  noteTry,
  type Try,
} from '../../db/webhooks/deliveries.ts'
import { disableEndpoint } from '../../db/webhooks/endpoints.ts'
import type { Registry } from '../../platforms/index.ts'
import type { WebhookRef } from '../../workflows/names.ts'
import { retryWrite } from '../retry.ts'
import { type WebhookFacts, webhookFactsOf } from './facts.ts'
import { deliveryOf } from './messages.ts'
import { askedPauseMs, nextTryAt, offAfterMs } from './pauses.ts'
import type { ReceiverAnswer, Receivers } from './receiver.ts'

export type DeliveringDeps = {
  sql: Sql
  vault: Vault
  platforms: Registry
  publicUrl: string
  receivers: Receivers
  now: () => number
}
export type DeliveringActivities = ReturnType<typeof createDeliveringActivities>

/** So many messages of an endpoint are sent at the same time. */
const batch = 10

/** The workflow of an endpoint: reads when its next message is due, and sends what is due. */
export const createDeliveringActivities = (deps: DeliveringDeps) => {
  const read = async ({ endpointId }: WebhookRef): Promise<WebhookFacts> =>
    webhookFactsOf(await findEndpointToServe(deps.sql, endpointId), deps.now())
  return {
    readWebhook: read,
    deliverWebhooks: async (ref: WebhookRef): Promise<WebhookFacts> => {
      const now = new Date(deps.now())
      const due = await listDueMessages(deps.sql, ref.endpointId, { now, limit: batch })
      await Promise.all(due.map((message) => deliver(deps, message)))
      return read(ref)
    },
  }
}

/**
 * If the worker dies after the receiver got the message, it is sent again with the same id, by which
 * the receiver knows it.
 */
const deliver = async (deps: DeliveringDeps, message: DueMessage): Promise<void> => {
  const [at, began] = [new Date(deps.now()), performance.now()]
  const { body, headers } = deliveryOf({
    message,
    secrets: secretsOf(deps, message),
    publicUrl: deps.publicUrl,
    label: deps.platforms.platforms.get(message.platform ?? '')?.label ?? 'a platform',
    nowMs: deps.now(),
  })
  const answer = await deps.receivers.post(open(deps, message, 'url_sealed'), body, headers)
  const durationMs = Math.round(performance.now() - began)
  await retryWrite(() => settle(deps, message, answer, { at, durationMs }))
}

const settle = (
  deps: DeliveringDeps,
  message: DueMessage,
  { status, problem, retryAfter, answer }: ReceiverAnswer,
  when: Pick<Try, 'at' | 'durationMs'>,
): Promise<void> =>
  tx(deps.sql, async (t) => {
    const nowMs = deps.now()
    const isTaken = status !== null && status >= 200 && status < 300
    const isGone = status === 410
    const nextAt =
      isTaken || isGone ? null : nextTryAt(message, askedPauseMs(retryAfter, nowMs), nowMs)
    const outcome = isTaken ? 'delivered' : nextAt ? 'waiting' : 'failed'
    const tried = { ...when, status, problem, answer }
    await lockEndpoint(t, message)
    if (!(await noteTry(t, message, tried, { outcome, nextAt })) || outcome !== 'failed') return
    if (isGone) await turnOff(t, message, 'receiver', nowMs)
    else if (await isFailingSince(t, message.endpointId, new Date(nowMs - offAfterMs)))
      await turnOff(t, message, 'failures', nowMs)
  })

const turnOff = async (
  t: Db,
  { workspaceId, endpointId }: DueMessage,
  by: 'receiver' | 'failures',
  nowMs: number,
): Promise<void> => {
  if (!(await disableEndpoint(t, { workspaceId, endpointId }, by, new Date(nowMs)))) return
  await notify(t, {
    workspaceId,
    kind: 'webhook',
    cause: `webhook:${endpointId}:${nowMs}`,
    facts: { endpointId, by },
    to: 'admins',
  })
}

const secretsOf = (deps: DeliveringDeps, message: DueMessage): string[] => [
  open(deps, message, 'secret_sealed'),
  ...(message.oldSecretSealed ? [open(deps, message, 'old_secret_sealed')] : []),
]

const sealedIn = {
  url_sealed: 'urlSealed',
  secret_sealed: 'secretSealed',
  old_secret_sealed: 'oldSecretSealed',
} as const

const open = (
  { vault }: DeliveringDeps,
  message: DueMessage,
  column: keyof typeof sealedIn,
): string =>
  vault.open(message[sealedIn[column]] ?? '', {
    table: 'webhook_endpoints',
    id: message.endpointId,
    column,
  })
