import { close, connect } from '../db/postgres/connect.ts'
import { refuseUnfit } from '../db/postgres/fitness.ts'
import { configOfCommand, exitCodes, runCommand, WrongUse } from './command.ts'
import { findCommand, listOfCommands } from './operate/commands.ts'
import { type Answer, asTable } from './operate/table.ts'

const shown = ({ rows, lines }: Answer): string => lines?.join('\n') ?? (rows ? asTable(rows) : '')

await runCommand('operate', (command) =>
  command
    .description(
      'Manages this installation from the server’s command line. It uses PostgreSQL, and Temporal where a command ' +
        'is about workflows. The web server doesn’t need to run.',
    )
    .argument('[command...]', 'one of the commands below')
    .option('--json', 'print JSON instead of a table')
    .addHelpText('after', `\nCommands:\n${listOfCommands()}`)
    .action(async (words, { json }, frame) => {
      if (words.length === 0) return frame.outputHelp()
      const found = findCommand(words)
      if (!found) throw new WrongUse(`There is no command "${words.join(' ')}". --help lists them.`)
      const config = await configOfCommand()
      const sql = connect({ ...config.database, max: 2, applicationName: 'cratesocial operate' })
      try {
        await refuseUnfit(sql)
        const answer = await found.command.run({ sql, config, now: Date.now }, found.args)
        if (json) console.log(JSON.stringify(answer))
        else console.log([shown(answer), answer.words ?? ''].filter(Boolean).join('\n'))
        if (answer.failed) process.exitCode = exitCodes.failed
      } finally {
        await close(sql)
      }
    }),
)
