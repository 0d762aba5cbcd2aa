import type { Page, Person } from '../../local/people/person.ts'
import { connectAccounts } from '../../local/people/story.ts'

// The first people of the sandbox.

export const connectMeta = (admin: Person, slug: string, who = 'Ada Northside'): Promise<Page> =>
  connectAccounts(admin, slug, 'meta', who)

export const connectTiktok = (
  admin: Person,
  slug: string,
  who = 'northside.records',
): Promise<Page> => connectAccounts(admin, slug, 'tiktok', who)
