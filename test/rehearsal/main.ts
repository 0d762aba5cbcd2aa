import { readCommand, wholeNumber } from '../../commands/command.ts'
import { trustedCertificate } from '../chaos/certificate.ts'
import { onStage } from '../chaos/stage.ts'
import { rehearse } from './rehearse.ts'

/**
 * Production without containers. The compiled build, strict as in production
 * and behind HTTPS, on a PostgreSQL of its own and on that Temporal server, in namespaces of its own: the main job on every platform,
 * schedules, search attributes, workers restarted while posts come due, a backup restored into an empty place. The sandbox's ledger
 * judges; the last line is the result as JSON, and the exit code 1 when something is not as it should be.
 */
const { options } = readCommand('rehearse', (command) =>
  command
    .description('Plays production without containers, against a Temporal server that runs already. The last line is JSON.')
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
