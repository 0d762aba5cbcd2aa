import { expect, test } from 'vitest'
import { countedIn, countedWith } from '../../../db/privacy/deletion-items.ts'
import { createTestDatabase } from '../../support/database.ts'

test('promise E3: every table whose rows are deleted with a person, a workspace or platform data has a line on the status page', async () => {
  const { sql } = await createTestDatabase()
  const roots = ['users', 'workspaces', 'grants', 'channels', 'posts', 'targets', 'media']
  const pointing = await sql<{ name: string }[]>`
    select distinct r.relname as name from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_class f on f.oid = c.confrelid
    where c.contype = 'f' and f.relname = any(${roots}) and not r.relispartition`
  // The request itself has no line.
  const apart = ['deletion_requests']
  const names = pointing.map(({ name }) => name).filter((name) => !apart.includes(name))
  expect(names.filter((name) => !countedIn[name] && !countedWith[name])).toEqual([])
  const known = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`
  const listed = [...Object.keys(countedIn), ...Object.keys(countedWith)]
  expect(listed.filter((name) => !known.some((one) => one.name === name))).toEqual([])
  for (const table of Object.values(countedWith)) expect(Object.keys(countedIn)).toContain(table)
})
