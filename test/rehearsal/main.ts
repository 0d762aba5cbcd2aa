import { parseArgs } from 'node:util'
import { trustedCertificate } from '../chaos/certificate.ts'
import { onStage } from '../chaos/stage.ts'
import { rehearse } from './rehearse.ts'

/**
 * `npm run rehearse -- --temporal ADDRESS [--port N] [--keep]`: production without containers. The compiled build, strict as in production
 * and behind HTTPS, on a PostgreSQL of its own and on that Temporal server, in namespaces of its own: the main job on every platform,
 * schedules, search attributes, workers restarted while posts come due, a backup restored into an empty place. The sandbox's ledger
 * judges; the last line is the result as JSON, and the exit code 1 when something is not as it should be.
 */
const { values } = parseArgs({
  options: { temporal: { type: 'string' }, port: { type: 'string', default: '4330' }, keep: { type: 'boolean', default: false } },
})
if (!values.temporal) {
  console.error('Name the Temporal server: npm run rehearse -- --temporal HOST:PORT')
  process.exit(1)
}
const { temporal: temporalAddress, port, keep } = values
const https = await trustedCertificate()

await onStage({ name: 'rehearsal', keep }, async (stage) => {
  console.log(JSON.stringify(await rehearse({ ...stage, port: Number(port), temporalAddress, https })))
  return 0
})
