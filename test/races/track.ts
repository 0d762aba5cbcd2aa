import type { Sql } from '../../db/postgres/connect.ts'
import type { Person } from '../../local/people/person.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'

/**
 * Where the race takes place: signed-in people, and what the database and the platforms contain
 * afterwards.
 */
export type Track = {
  sessions: Person[]
  slug: string
  sql: Sql
  ledger(): Promise<LedgerPost[]>
  /** The channel id of the account whose label in the composer ends with these words. */
  channel(words: string): string
  say(line: string): void
}
