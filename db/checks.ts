import type { Db } from './connect.ts'

/** What the daily sweep looks at beside the terms: `wrong` must be 0 of `all`. Names stand in the table sweeps. */
export type Check = { name: string; promise: string; what: string; look(sql: Db): Promise<{ all: number; wrong: number }> }

type Found = { all: number; wrong: number }[]

export const checks: Check[] = [
  {
    name: 'check-sealed',
    promise: 'S1',
    what: 'stored platform tokens, all of them sealed',
    look: async (sql) => {
      const [found] = await sql<Found>`
        select count(*)::int as all, (count(*) filter (where token not like 'v1.%.%.%'))::int as wrong from (
          select access_token_sealed as token from grants union all select refresh_token_sealed from grants
          union all select token_sealed from channels) as tokens where token is not null`
      return found!
    },
  },
  {
    name: 'check-ended',
    promise: 'R2',
    what: 'connections that have ended, none of them with a token',
    look: async (sql) => {
      const [found] = await sql<Found>`
        select count(*)::int as all, (count(*) filter (where token is not null))::int as wrong from (
          select coalesce(access_token_sealed, refresh_token_sealed) as token from grants where state = 'ended'
          union all select token_sealed from channels where state = 'disconnected') as ended`
      return found!
    },
  },
  {
    name: 'check-passwords',
    promise: 'A5',
    what: 'stored passwords, all of them Argon2id hashes',
    look: async (sql) => {
      const [found] = await sql<Found>`
        select count(*)::int as all, (count(*) filter (where password_hash not like '$argon2id$%'))::int as wrong from users`
      return found!
    },
  },
]
