import type { Sql } from '../../db/postgres/connect.ts'
import type { Person } from '../../local/people/person.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'

/** Where the race is run: people who are signed in, and what the database and the platforms say afterwards. */
export type Track = {
  sessions: Person[]
  slug: string
  sql: Sql
  ledger(): Promise<LedgerPost[]>
  /** Channel id of the account whose label in the composer ends with these words. */
  channel(words: string): string
  say(line: string): void
}
