import { readArguments } from './arguments.ts'
import { trustedCertificate } from './certificate.ts'
import { runChaos } from './run.ts'
import { onStage } from './stage.ts'

/**
 * `npm run chaos -- --posts 300 --kills 60 --seed N`: publishes posts of all kinds while everything
 * is killed and every fault occurs. The last line is the result as JSON. Exits with code 1 if a
 * post was lost, duplicated or wrongly reported.
 */
const options = readArguments()
const https = options.build ? await trustedCertificate() : undefined

await onStage({ name: 'chaos', keep: options.keep, broken: 2 }, async (stage) => {
  const result = await runChaos({ ...options, ...stage, ...(https ? { https } : {}) })
  console.log(JSON.stringify(result))
  return result.lost + result.duplicated + result.wronglyReported > 0 ? 1 : 0
})
