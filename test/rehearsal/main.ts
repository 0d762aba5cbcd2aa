import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generate } from 'selfsigned'
import { startWatchdog } from '../../local/watchdog.ts'
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
const caFile = process.env.NODE_EXTRA_CA_CERTS
// Node reads whom it trusts when it starts.
if (!process.env.REHEARSAL_KEY || !caFile) process.exit(await again())

const folder = mkdtempSync(join(tmpdir(), 'cratesocial-rehearsal-'))
chmodSync(folder, 0o755) // started by root, PostgreSQL runs as another user
const startedAt = Date.now()
const say = (line: string) => console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
const watchdog = startWatchdog()
const ending = new AbortController()
const end = async (code: number): Promise<never> => {
  ending.abort()
  await watchdog.finish() // stops whatever still runs
  if (values.keep) console.log(`Logs and data: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130))

try {
  const https = { cert: process.env.REHEARSAL_CERT ?? '', key: process.env.REHEARSAL_KEY, caFile }
  const place = { folder, watchdog, ending: ending.signal, port: Number(values.port) }
  console.log(JSON.stringify(await rehearse({ ...place, temporalAddress: values.temporal, https, say })))
  await end(0)
} catch (error) {
  console.error(error)
  await end(1)
}

/** This program once more, with a certificate for localhost that it trusts. Returns its exit code. */
async function again(): Promise<number> {
  const names = [{ type: 2 as const, value: 'localhost' }]
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: names }],
  })
  const file = join(mkdtempSync(join(tmpdir(), 'cratesocial-certificate-')), 'localhost.pem')
  writeFileSync(file, made.cert)
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: file, REHEARSAL_CERT: made.cert, REHEARSAL_KEY: made.private }
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const code = await new Promise<number>((resolve) => child.once('exit', (ended) => resolve(ended ?? 1)))
  rmSync(file.replace(/\/localhost\.pem$/, ''), { recursive: true })
  return code
}
