import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, inject, it } from 'vitest'
import { close, connect } from '../../db/postgres/connect.ts'
import { createTestDatabase } from '../support/database.ts'
import { databaseUrl } from '../support/servers/template-database.ts'
import { schemaText } from './schema-text.ts'

const file = fileURLToPath(new URL('../../db/schema.sql', import.meta.url))

/** After a new migration: `npx vitest run test/database/schema.test.ts -u`. */
it('db/schema.sql matches the schema that the migrations create', async () => {
  const { sql } = await createTestDatabase()
  await expect(await schemaText(sql)).toMatchFileSnapshot(file)
})

it('db/schema.sql creates the same schema on its own', async () => {
  const { sql, name } = await createTestDatabase()
  await sql`drop schema public cascade`
  await sql`create schema public`
  const fresh = connect({ url: databaseUrl(inject('postgresUrl'), name), prepare: false, max: 2 })
  try {
    const text = await readFile(file, 'utf8')
    await fresh.unsafe(text).simple()
    expect(await schemaText(fresh)).toBe(text)
  } finally {
    await close(fresh)
  }
})
