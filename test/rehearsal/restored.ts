import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { close, connect } from '../../db/postgres/connect.ts'
import { type Child, startChild } from '../../local/programs/child.ts'
import type { House } from '../chaos/house.ts'
import { type Claim, hasEnded, readClaims } from '../chaos/verdict.ts'
import { prepareNamespace, runBuilt } from './build.ts'
import { untilSome } from './cluster.ts'
import type { Rehearsal } from './rehearsal.ts'

export type Restored = {
  backupMs: number
  restoreMs: number
  restored: Record<string, unknown>
  claims: Claim[]
}

/**
 * Backs up the running house and stops it, then restores the backup into an empty database, an
 * empty media folder and an empty namespace. Returns what the restored installation reports about
 * every post once all have ended.
 */
export const restoreElsewhere = async (
  rehearsal: Rehearsal,
  house: House,
  build: string,
): Promise<Restored> => {
  const { folder, temporalAddress, watchdog, say } = rehearsal
  const backup = await runBuilt(build, 'commands/backup.js', [join(folder, 'backup')], house.env)
  say(`backup in ${backup.ms} ms: ${backup.stdout.trim()}`)
  await Promise.all([...house.workers, ...house.servers].map((part) => part.stop()))

  await house.sql`create database restored`
  mkdirSync(join(folder, 'restored-media'))
  const url = new URL(house.env.DATABASE_URL ?? '')
  url.pathname = '/restored'
  const namespace = `${house.env.TEMPORAL_NAMESPACE}-restored`
  await prepareNamespace(folder, temporalAddress, namespace)
  const env = {
    ...house.env,
    DATABASE_URL: url.href,
    MEDIA_URL: pathToFileURL(join(folder, 'restored-media')).href,
    TEMPORAL_NAMESPACE: namespace,
  }
  const restore = await runBuilt(build, 'commands/restore.js', [join(folder, 'backup')], env)
  const restored = JSON.parse(restore.stdout.split('\n')[0] ?? '') as Record<string, unknown>
  say(`restored in ${restore.ms} ms: ${restore.stdout.trim()}`)

  const logFile = join(folder, 'logs', 'restored-worker.log')
  const start = (): Child =>
    startChild(
      {
        name: 'the worker',
        program: process.execPath,
        args: [join(build, 'worker.js')],
        env,
        logFile,
      },
      watchdog,
    )
  let worker = start()
  const sql = connect({ url: url.href, prepare: false, max: 2 })
  try {
    // A new namespace takes a few seconds to be known everywhere in the cluster, and until then a
    // worker exits.
    await untilSome('the restored worker to work', 90, async () => {
      const ended = await Promise.race([worker.ended, undefined])
      if (ended) worker = start()
      return readFileSync(logFile, 'utf8').includes('"working"')
    })
    const claims = await untilSome('the restored posts to end', 300, async () => {
      const all = await readClaims(sql)
      return all.every(hasEnded) ? all : undefined
    })
    return { backupMs: backup.ms, restoreMs: restore.ms, restored, claims }
  } finally {
    await worker.stop()
    await close(sql)
  }
}
