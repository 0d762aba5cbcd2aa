import type { Db } from '../postgres/connect.ts'
import { keepsValuesOutOfItsLog } from '../postgres/server-log.ts'
import { credentialStates, literals } from '../posts/target-states.ts'
import { sealedColumns } from '../vault/sealed.ts'

/** A check of the daily sweep: `wrong` must be 0 of `all`. `name` is stored in the table sweeps. */
export type Check = {
  name: string
  promise: string
  what: string
  look(sql: Db): Promise<{ all: number; wrong: number }>
}

type Found = { all: number; wrong: number }[]

export const checks: Check[] = [
  {
    name: 'check-sealed',
    promise: 'S1',
    what: 'stored tokens and other secrets that are sealed',
    look: async (sql) => {
      const [found] = await sql<Found>`
        select count(*)::int as all, (count(*) filter (where value not like 'v1.%.%.%'))::int as wrong from (
          ${sql.unsafe(everySealedValue)} union all ${sql.unsafe(sealedHandles)}) as sealed where value is not null`
      return found!
    },
  },
  {
    name: 'check-ended',
    promise: 'R2',
    what: 'places for expired tokens and addresses that are empty',
    look: async (sql) => {
      const [found] = await sql<Found>`
        select count(*)::int as all, (count(*) filter (where value is not null))::int as wrong from (${sql.unsafe(endedPlaces)}) as ended`
      return found!
    },
  },
  {
    name: 'check-passwords',
    promise: 'A5',
    what: 'stored passwords that are Argon2id hashes',
    look: async (sql) => {
      const [found] = await sql<Found>`
        select count(*)::int as all, (count(*) filter (where password_hash not like '$argon2id$%'))::int as wrong from users`
      return found!
    },
  },
  {
    name: 'check-database-log',
    promise: 'A3',
    what: 'databases that keep the values of their rows out of their logs',
    look: async (sql) => ({ all: 1, wrong: (await keepsValuesOutOfItsLog(sql)) ? 0 : 1 }),
  },
]

/**
 * Every column with sealed values, taken from db/vault/sealed.ts, so that new columns are checked
 * too.
 */
const everySealedValue = sealedColumns
  .map(({ table, column }) => `select ${column} as value from ${table}`)
  .join(' union all ')

/**
 * Secrets in the handles of a post: keys that begin with "sealed", and URLs that contain a token.
 */
const sealedHandles = `
  select e.value from (select handles from targets union all select handles from attempts) h, jsonb_each_text(h.handles) e
  where e.key like 'sealed%' or e.value ~ '(access|upload)_token='`

/**
 * Places that should no longer hold a token or the address of a deleted person. Because the nightly
 * sweep runs once a day, the limits are a day after the end of a revocation, an hour after an
 * abandoned connection expired, and two days after a post was sent.
 */
const endedPlaces = `
  select coalesce(access_token_sealed, refresh_token_sealed) as value from grants where state = 'ended'
  union all select token_sealed from channels where state = 'disconnected'
  union all select coalesce(access_token_sealed, refresh_token_sealed) from revocations
    where state <> 'pending' or gives_up_at < now() - interval '1 day'
  union all select m.content_sealed from deletion_mails m join deletion_requests r on r.id = m.request_id
    where r.finished_at < now() - interval '32 days'
  union all select coalesce(verifier_sealed, offer_sealed) from connections_under_way where expires_at < now() - interval '1 hour'
  union all select t.handles ->> k from targets t, jsonb_object_keys(t.handles) k
    where k like 'sealed%' and t.state not in ${literals(credentialStates)} and t.state_at < now() - interval '2 days'
  union all select a.handles ->> k from attempts a, jsonb_object_keys(a.handles) k
    where k like 'sealed%' and a.claimed_at < now() - interval '3 days'`
