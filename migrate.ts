import { configOfProgram } from './config.ts'
import { close, connect, keepGuardsInRole } from './db/connect.ts'
import { firstOperatorLink } from './db/first-operator.ts'
import { migrate } from './db/migrate.ts'

/**
 * `npm run migrate`, before the other programs of a version start: brings the schema up to date. While there is no operator it prints the
 * link that makes whoever opens it one; each run makes a new link and ends the earlier one.
 */
const config = configOfProgram()
const sql = connect({ ...config.database.direct, max: 2, applicationName: 'cratesocial migrate' })
try {
  await migrate(sql)
  if (!config.database.prepare) await keepGuardsInRole(sql)
  console.log('The database is up to date.')
  const link = await firstOperatorLink(sql, config.publicUrl)
  if (link) console.log(`There is no operator yet. This link works once and makes whoever opens it the operator:\n${link}`)
} finally {
  await close(sql)
}
