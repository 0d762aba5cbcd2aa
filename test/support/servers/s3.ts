import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Settings } from '../../../config/index.ts'
import { freePort } from '../../../local/ports.ts'
import { atTheEnd } from '../at-the-end.ts'
import { ended } from '../programs/ended.ts'

const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url))
const version = 'moto[server]==5.2.5'

/** A real S3 server (Moto, from PyPI) with an empty bucket. Stopped after the file's last test. */
export async function startS3(): Promise<S3Settings> {
  const packages = await installed()
  const port = await freePort()
  const server = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    env: { ...process.env, PYTHONPATH: packages },
    stdio: 'ignore',
  })
  atTheEnd(() => ended(server))
  const endpoint = `http://127.0.0.1:${port}`
  await untilItAnswers(endpoint, server)
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: 'crates' }))
  client.destroy()
  return { url: 's3://crates/media', endpoint, region: 'us-east-1', credentials }
}

/**
 * Installs into the cache, under a temporary name first, so that an interrupted run leaves nothing
 * partial.
 */
async function installed(): Promise<string> {
  const folder = join(cache, version.replace(/\W+/g, '-'))
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--target',
    unfinished,
    version,
  ]
  await promisify(execFile)('python3', args)
  await rename(unfinished, folder)
  return folder
}

async function untilItAnswers(endpoint: string, server: ChildProcess): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await sleep(50)) {
    if (server.exitCode !== null) throw new Error(`the S3 server ended with ${server.exitCode}`)
    const answer = await fetch(endpoint).catch(() => null) // not listening yet
    await answer?.body?.cancel()
    if (answer) return
  }
  throw new Error('the S3 server did not answer within a minute')
}
