import { findFirstLink, firstOperatorLink } from '../db/people/first-operator.ts'
import { close, connect, keepGuardsInRole, type Sql } from '../db/postgres/connect.ts'
import { migrate } from '../db/postgres/migrate.ts'
import { configOfCommand, runCommand } from './command.ts'

await runCommand('migrate', (command) =>
  command
    .description(
      'Migrates the database to this version. Run it before the other programs of this version start.\n' +
        'If there is no operator yet, it prints a link that makes the person who opens it an operator.',
    )
    .action(async () => {
      const config = await configOfCommand()
      const sql = connect({
        ...config.database.direct,
        max: 2,
        applicationName: 'cratesocial migrate',
      })
      try {
        await migrate(sql)
        if (!config.database.prepare) await keepGuardsInRole(sql)
        console.log('The database is up to date.')
        const words = await firstOperatorWords(sql, config.publicUrl, new Date())
        if (words) console.log(words)
      } finally {
        await close(sql)
      }
    }),
)

/**
 * An earlier link stays valid, because someone may have passed it on. Null if there is an operator.
 */
async function firstOperatorWords(sql: Sql, publicUrl: string, now: Date): Promise<string | null> {
  const earlier = await findFirstLink(sql, now)
  if (earlier) {
    const [made, ends] = [earlier.createdAt, earlier.expiresAt].map(
      (at) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    )
    return `The operator link printed at ${made} hasn’t been used. It expires at ${ends}. For a new link: operate people invite-operator`
  }
  const link = await firstOperatorLink(sql, publicUrl, now)
  return (
    link &&
    `There is no operator yet. This link works once and makes the person who opens it an operator:\n${link}`
  )
}
