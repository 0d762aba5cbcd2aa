import type { TransactionSql } from 'postgres'

export type FormPurpose =
  | 'post'
  | 'duplicate'
  | 'invitation'
  | 'report'
  | 'workspace'
  | 'file'
  | 'annotation'
  | 'api-key'
  | 'import'
  | 'webhook'
  | 'comment'
  | 'review-link'
/** `key` identifies the form. `digest` is a hash of the submitted values. */
export type FormKey = {
  key: string
  purpose: FormPurpose
  workspaceId: string | null
  digest: Buffer
}
/** What the form created before. `isSame`: it was sent again without changes. */
export type Made = {
  subjectId: string
  version: number | null
  eventId: string | null
  isSame: boolean
}

/**
 * Takes the key of a form, in the transaction that processes it. Null if nothing was created with
 * it yet. A second submission of the same form waits here until the first is done.
 */
export const takeFormKey = async (
  t: TransactionSql,
  { key, purpose, workspaceId, digest }: FormKey,
): Promise<Made | null> => {
  const taken = await t`
    insert into form_keys (key, workspace_id, purpose, digest) values (${key}, ${workspaceId}, ${purpose}, ${digest})
    on conflict (key) do nothing`
  if (taken.count > 0) return null
  const [made] = await t<Made[]>`
    select subject_id, version, event_id, digest = ${digest} as is_same from form_keys
    where key = ${key} and purpose = ${purpose} and workspace_id is not distinct from ${workspaceId} and subject_id is not null
    for no key update`
  return made ?? null
}

/** Stores what the form has created. */
export const keepFormKey = async (
  t: TransactionSql,
  { key, purpose, workspaceId, digest }: FormKey,
  made: { subjectId: string; version?: number; eventId?: string },
): Promise<void> => {
  await t`
    update form_keys set subject_id = ${made.subjectId}, version = ${made.version ?? null}, event_id = ${made.eventId ?? null},
      digest = ${digest}, used_at = now()
    where key = ${key} and purpose = ${purpose} and workspace_id is not distinct from ${workspaceId}`
}

/** Nothing was created after all, so the form can be sent again. */
export const releaseFormKey = async (t: TransactionSql, key: string): Promise<void> => {
  await t`delete from form_keys where key = ${key} and subject_id is null`
}
