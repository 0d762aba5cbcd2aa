import type { Everything } from '../../support/everything.ts'
import type { Owner } from './owner.ts'

/**
 * Tables that the product writes on its own during the test, and those about the requests
 * themselves.
 */
const busy =
  /^(outbox|deletion_requests|deletion_steps|deletion_items|erased_ids|revocations|throttle|turns|limits|sweeps|number_versions) /
export const rowsOf = (all: Everything) => [...all.rows].filter(([key]) => !busy.test(key))
/**
 * Timestamps that change on their own in rows that stay, such as when an account was last checked.
 */
export const moving =
  /"(next_check_at|checked_at|next_at|last_seen_at|expires_at|fetches|first_fetched_at|updated_at)": [^,}]*/g
/**
 * Columns for the author of a row that stays. They are set to null. All other rows with a person's
 * id are deleted.
 */
const authorship =
  /^(posts created_by|series created_by|annotations created_by|invitations created_by|events user_id)$/
export const expected = (key: string, row: string, gone: Owner[]): string | null => {
  if (gone.some((owner) => row.includes(owner.workspaceId))) return null
  const table = key.split(' ')[0]
  const ids = gone.map((owner) => owner.userId)
  const naming = Object.entries(JSON.parse(row) as Record<string, unknown>).filter(([, value]) =>
    ids.includes(String(value)),
  )
  if (!naming.every(([column]) => authorship.test(`${table} ${column}`))) return null
  return naming.reduce((text, [, id]) => text.replaceAll(`"${id}"`, 'null'), row)
}
