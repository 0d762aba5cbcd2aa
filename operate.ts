import { parseArgs } from 'node:util'
import { configOfProgram } from './config.ts'
import { close, connect } from './db/connect.ts'
import { findCommand, Unfit, usage } from './operate/commands.ts'
import { asTable } from './operate/table.ts'

/**
 * `npm run operate -- COMMAND [--json]`: the installation from the command line of its own machine. Speaks to Postgres, and to Temporal
 * where a command is about workflows; the web server need not run. Exit code 2: it was asked for something that is not there.
 */
const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
  strict: true,
})
const found = findCommand(positionals)
if (values.help || !found) {
  console.log(usage())
  process.exit(values.help || positionals.length === 0 ? 0 : 2)
}

const config = configOfProgram()
const sql = connect({ ...config.database, max: 2, applicationName: 'cratesocial operate' })
try {
  const { rows, words } = await found.command.run({ sql, config, now: Date.now }, found.args)
  if (values.json) console.log(JSON.stringify({ ...(rows ? { rows } : {}), ...(words ? { words } : {}) }))
  else console.log([rows ? asTable(rows) : '', words ?? ''].filter(Boolean).join('\n'))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = error instanceof Unfit ? 2 : 1
} finally {
  await close(sql)
}
