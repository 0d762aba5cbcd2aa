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

export type Restored = { backupMs: number; restoreMs: number; restored: Record<string, unknown>; claims: Claim[] }

/**
 * A backup of the running house; then the house is gone, and an empty database, an empty media folder and an empty namespace are filled
 * from it. Returns what the restored installation says of every post once all have come to their end.
 */
export const restoreElsewhere = async (rehearsal: Rehearsal, house: House, build: string): Promise<Restored> => {
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
    startChild({ name: 'the worker', program: process.execPath, args: [join(build, 'worker.js')], env, logFile }, watchdog)
  let worker = start()
  const sql = connect({ url: url.href, prepare: false, max: 2 })
  try {
    // The cluster knows a new namespace everywhere only after some seconds; until then a worker ends.
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
