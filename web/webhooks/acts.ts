import { randomBytes, randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../db/notifications/events.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockWorkspace } from '../../db/postgres/workspace-lock.ts'
import { type FormKey, keepFormKey, takeFormKey } from '../../db/posts/form-keys.ts'
import {
  countEndpoints,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  findSecret,
  insertEndpoint,
  rotateSecret,
  setEndpointEvents,
} from '../../db/webhooks/endpoints.ts'
import type { WebhookEvent, WebhookFormat } from '../../db/webhooks/events.ts'
import { insertTest, sendAgain } from '../../db/webhooks/messages.ts'
import type { WebDeps } from '../http/env.ts'

type By = { workspaceId: string; userId: string }
type Which = By & { endpointId: string }
export type NewEndpoint = { url: string; format: WebhookFormat; events: WebhookEvent[] }

/** Endpoints of a workspace. */
export const endpointsMax = 10
/** How long the secret from before a rotation still signs. */
export const overlapHours = 24

const newSigningSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

const place = (id: string, column: string) => ({ table: 'webhook_endpoints', id, column })

/**
 * Adds an endpoint and returns it with its secret, for the only answer that shows it. If the form is
 * sent twice, the person sees the second answer, so the endpoint of the first is deleted. Null if
 * the workspace has `endpointsMax` of them.
 */
export const addEndpoint = (
  deps: WebDeps,
  by: By,
  { url, format, events }: NewEndpoint,
  formKey: FormKey | null,
): Promise<{ id: string; secret: string } | null> =>
  tx(deps.sql, async (t) => {
    const before = formKey && (await takeFormKey(t, formKey))
    if (before)
      await deleteEndpoint(t, { workspaceId: by.workspaceId, endpointId: before.subjectId })
    await lockWorkspace(t, by.workspaceId)
    if ((await countEndpoints(t, by.workspaceId)) >= endpointsMax) return null
    const [id, secret] = [randomUUID(), newSigningSecret()]
    await insertEndpoint(t, {
      ...{ id, ...by, format, events },
      urlSealed: deps.vault.seal(url, place(id, 'url_sealed')),
      secretSealed: deps.vault.seal(secret, place(id, 'secret_sealed')),
      now: new Date(deps.now()),
    })
    if (formKey) await keepFormKey(t, formKey, { subjectId: id })
    await record(t, { ...by, endpointId: id }, 'webhook.added')
    return { id, secret }
  })

/** Returns the new secret, for the only answer that shows it. Null: no such endpoint. */
export const renewSecret = (deps: WebDeps, which: Which): Promise<string | null> =>
  tx(deps.sql, async (t) => {
    const id = which.endpointId
    const sealed = await findSecret(t, which)
    if (!sealed) return null
    const secret = newSigningSecret()
    const old = deps.vault.open(sealed, place(id, 'secret_sealed'))
    const now = new Date(deps.now())
    await rotateSecret(t, which, {
      secretSealed: deps.vault.seal(secret, place(id, 'secret_sealed')),
      oldSecretSealed: deps.vault.seal(old, place(id, 'old_secret_sealed')),
      until: new Date(now.getTime() + overlapHours * 3_600_000),
      now,
    })
    await record(t, which, 'webhook.rotated')
    return secret
  })

export const removeEndpoint = (deps: WebDeps, which: Which): Promise<boolean> =>
  change(deps, which, 'webhook.removed', (t) => deleteEndpoint(t, which))

export const chooseEvents = (
  deps: WebDeps,
  which: Which,
  events: WebhookEvent[],
): Promise<boolean> =>
  change(deps, which, 'webhook.changed', (t) => setEndpointEvents(t, which, events))

export const turnOn = (deps: WebDeps, which: Which): Promise<boolean> =>
  change(deps, which, 'webhook.turned_on', (t) => enableEndpoint(t, which))

export const turnOff = (deps: WebDeps, which: Which): Promise<boolean> =>
  change(deps, which, 'webhook.turned_off', (t) =>
    disableEndpoint(t, which, 'person', new Date(deps.now())),
  )

const change = (
  deps: WebDeps,
  which: Which,
  name: string,
  work: (t: TransactionSql) => Promise<boolean>,
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    if (!(await work(t))) return false
    await record(t, which, name)
    return true
  })

const record = async (
  t: TransactionSql,
  { workspaceId, userId, endpointId }: Which,
  name: string,
): Promise<void> => {
  await recordEvent(t, { name, workspaceId, userId, subjectId: endpointId })
}

/** Sends a test message. False if the endpoint is off, or gone. */
export const sendTest = (deps: WebDeps, which: Which): Promise<boolean> =>
  tell(deps, which, (t) => insertTest(t, which, new Date(deps.now())))

/** Sends a message of the log again. False if the endpoint is off, or there is no such message. */
export const redeliver = (deps: WebDeps, which: Which, messageId: string): Promise<boolean> =>
  tell(deps, which, (t) => sendAgain(t, { ...which, messageId }, new Date(deps.now())))

const tell = (
  deps: WebDeps,
  which: Which,
  work: (t: TransactionSql) => Promise<string | null>,
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    if (!(await work(t))) return false
    await enqueue(t, 'webhook', which.endpointId)
    return true
  })
