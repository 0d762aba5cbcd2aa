import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import type { Certificate } from './front-door.ts'

/**
 * A certificate for localhost that this process trusts. Node reads trusted certificates only at
 * startup, so if there is none yet, runs the program again with one and exits with its code.
 */
export const trustedCertificate = async (): Promise<Certificate> => {
  const { NODE_EXTRA_CA_CERTS: caFile, LOCALHOST_CERT: cert, LOCALHOST_KEY: key } = process.env
  return caFile && cert && key ? { cert, key, caFile } : process.exit(await again())
}

const again = async (): Promise<number> => {
  const names = [{ type: 2 as const, value: 'localhost' }]
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: names }],
  })
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-certificate-'))
  const file = join(folder, 'localhost.pem')
  writeFileSync(file, made.cert)
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: file,
    LOCALHOST_CERT: made.cert,
    LOCALHOST_KEY: made.private,
  }
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env,
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const code = await new Promise<number>((resolve) =>
    child.once('exit', (ended) => resolve(ended ?? 1)),
  )
  rmSync(folder, { recursive: true })
  return code
}
