import { readArguments } from './arguments.ts'
import { trustedCertificate } from './certificate.ts'
import { runChaos } from './run.ts'
import { onStage } from './stage.ts'

/**
 * `npm run chaos -- --posts 300 --kills 60 --seed N`: posts of all kinds come due while everything is killed and every fault strikes.
 * The last line is the result as JSON; exit code 1 when a post was lost, made twice or wrongly reported.
 */
const options = readArguments(process.argv.slice(2))
const https = options.build ? await trustedCertificate() : undefined

await onStage({ name: 'chaos', keep: options.keep, broken: 2 }, async (stage) => {
  const result = await runChaos({ ...options, ...stage, ...(https ? { https } : {}) })
  console.log(JSON.stringify(result))
  return result.lost + result.duplicated + result.wronglyReported > 0 ? 1 : 0
})
