import { createHash } from 'node:crypto'
import type { FormKey, FormPurpose } from '../../../db/posts/form-keys.ts'
import { isId } from '../ids.ts'

/**
 * The idempotency key of a form that creates something. Null if the form has none. `typed` is
 * hashed, to recognize a repeat with different content.
 */
export const formKeyIn = (
  fields: { key?: string },
  purpose: FormPurpose,
  workspaceId: string | null,
  typed: unknown = null,
): FormKey | null => {
  const key = fields.key?.toLowerCase()
  if (!isId(key)) return null
  return {
    key,
    purpose,
    workspaceId,
    digest: createHash('sha256').update(JSON.stringify(typed)).digest(),
  }
}

/**
 * A key for each file of a form that takes several, derived from the form's key and the file's
 * bytes.
 */
export const fileKeyOf = (formKey: string, workspaceId: string, sha256: Buffer): FormKey => {
  const hex = createHash('sha256').update(formKey).update(sha256).digest('hex')
  const key = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-')
  return { key, purpose: 'file', workspaceId, digest: sha256 }
}
