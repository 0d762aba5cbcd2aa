import { countApiKeys, deleteApiKey, insertApiKey, type Secret } from '../../db/api/keys.ts'
import type { ApiScope } from '../../db/api/scopes.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockWorkspace } from '../../db/postgres/workspace-lock.ts'
import { type FormKey, keepFormKey, takeFormKey } from '../../db/posts/form-keys.ts'
import type { WebDeps } from '../http/env.ts'

/** Keys and connected apps of a workspace, expired ones included. */
export const apiKeysMax = 50

type By = { workspaceId: string; userId: string }
export type NewKey = { name: string; scopes: ApiScope[]; days: number }

/**
 * Makes a key and returns it, for the only answer that shows it. If the form is sent twice, the
 * person sees the second answer, so the key of the first is ended. Null if the workspace has
 * `apiKeysMax` of them.
 */
export const makeKey = (
  deps: WebDeps,
  by: By,
  { name, scopes, days }: NewKey,
  formKey: FormKey | null,
): Promise<string | null> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const before = formKey && (await takeFormKey(t, formKey))
    if (before) await deleteApiKey(t, { workspaceId: by.workspaceId, keyId: before.subjectId })
    await lockWorkspace(t, by.workspaceId)
    if ((await countApiKeys(t, by.workspaceId)) >= apiKeysMax) return null
    const expiresAt = new Date(now.getTime() + days * 86_400_000)
    const { id, secret } = await insertApiKey(t, { ...by, name, scopes, expiresAt, now })
    if (formKey) await keepFormKey(t, formKey, { subjectId: id })
    const facts = { scopes: scopes.join(', ') }
    await recordEvent(t, { name: 'api_key.made', ...by, subjectId: id, facts })
    return secret
  })

/** Ends a key or a connected app at once. Any admin can. Returns which it was. */
export const endKey = (deps: WebDeps, by: By, keyId: string): Promise<Secret['kind'] | null> =>
  tx(deps.sql, async (t) => {
    const kind = await deleteApiKey(t, { workspaceId: by.workspaceId, keyId })
    if (!kind) return null
    const name = kind === 'key' ? 'api_key.ended' : 'app.ended'
    await recordEvent(t, { name, ...by, subjectId: keyId })
    return kind
  })
