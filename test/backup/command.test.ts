import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runProgram } from '../support/programs/program.ts'

it('a backup to a path where no folder can be created fails immediately with one sentence', {
  timeout: 30_000,
}, async () => {
  const { url } = await createTestDatabase()
  const ran = await runProgram(['commands/backup.ts', '/proc/nope/x'], { DATABASE_URL: url })
  expect(ran).toMatchObject({ code: 1, out: '', err: '/proc/nope cannot be used: not found.\n' })
})

it('a backup leaves an existing folder untouched', { timeout: 30_000 }, async () => {
  const { url } = await createTestDatabase()
  const ran = await runProgram(['commands/backup.ts', '/proc'], { DATABASE_URL: url })
  expect(ran).toMatchObject({ code: 1, out: '', err: '/proc already exists; name a new folder.\n' })
  expect(existsSync('/proc.unfinished')).toBe(false)
})
