import { readCommand, wholeNumber } from '../../commands/command.ts'
import { trustedCertificate } from '../chaos/certificate.ts'
import { onStage } from '../chaos/stage.ts'
import { rehearse } from './rehearse.ts'

/**
 * Production without containers: the compiled build, as strict as in production and behind HTTPS,
 * with its own PostgreSQL and its own namespaces on the given Temporal server. Covers publishing on
 * every platform, schedules, search attributes, restarting workers while posts come due, and
 * restoring a backup into an empty installation. The sandbox's ledger decides. The last line is the
 * result as JSON, and the exit code is 1 if anything is wrong.
 */
const { options } = readCommand('rehearse', (command) =>
  command
    .description(
      'Plays production without containers, against a Temporal server that runs already. The last line is JSON.',
    )
    .requiredOption('--temporal <host:port>', 'the Temporal server')
    .option('--port <port>', 'the first of the ports that it uses', wholeNumber(1, 65_000), 4330)
    .option('--keep', 'leave logs and data where they are'),
)
const { temporal: temporalAddress, port, keep = false } = options
const https = await trustedCertificate()

await onStage({ name: 'rehearsal', keep }, async (stage) => {
  console.log(JSON.stringify(await rehearse({ ...stage, port, temporalAddress, https })))
  return 0
})
