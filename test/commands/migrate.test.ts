import { expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runProgram } from '../support/programs/program.ts'

it("running the migrations again keeps the first operator's link until somebody has used it", {
  timeout: 60_000,
}, async () => {
  const { sql, url } = await createTestDatabase()
  const migrate = () => runProgram(['commands/migrate.ts'], { DATABASE_URL: url })
  const links = () =>
    sql`select id from invitations where makes_operator and revoked_at is null and accepted_at is null`

  expect((await migrate()).out).toMatch(
    /^The database is up to date\.\n[^\n]+ works once [^\n]+:\nhttp:\/\/localhost:3000\/invitations\/[\w-]+\n$/,
  )
  const [link] = await links()
  const again = await migrate()
  expect(again.out).toMatch(
    /The operator link printed at \d{4}-\d\d-\d\d \d\d:\d\d UTC hasn’t been used\. It expires at /,
  )
  expect(again.out).not.toContain('/invitations/')
  expect(await links()).toEqual([link])

  await sql`update invitations set expires_at = now() - interval '1 minute'`
  expect((await migrate()).out).toContain('/invitations/')
})
