import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDataConverter } from '../../activities/data-converter.ts'
import { close, connect, type Sql } from '../../db/connect.ts'
import { createClient } from '../../web/temporal.ts'
import { atTheEnd } from './at-the-end.ts'
import { configOf, runStarter, stackEnv } from './starter.ts'
import { control } from './twins.ts'

/** What `npm start` brings up, in processes of its own, with clocks that can be moved. */
export type WholeStack = {
  url: string
  sql: Sql
  client: ReturnType<typeof createClient>
  sandbox: { controlUrl: string }
  /** The link that makes whoever opens it the operator. */
  invitation: string
  /** The time of sandbox, web server and worker, milliseconds of Unix time. */
  now(): number
  /** Moves their clocks on to that time; PostgreSQL's and Temporal's go as they go. */
  passTo(timeMs: number): Promise<void>
  /** Subjects of the letters that the mailbox holds. */
  subjects(): Promise<string[]>
}

export const startWholeStack = async (): Promise<WholeStack> => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-clock-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  const clockFile = join(folder, 'ahead')
  await writeFile(clockFile, '0')
  const env = await stackEnv()
  const loaded = [import.meta.resolve('tsx'), import.meta.resolve('./product-clock.mjs')]
  const starter = runStarter({
    ...env,
    CLOCK_AHEAD_FILE: clockFile,
    NODE_OPTIONS: loaded.map((url) => `--import=${url}`).join(' '),
  })
  const said = await starter.ready

  const config = configOf(env)
  const sql = connect({ ...config.database, max: 2 })
  const client = createClient(config.temporal, createDataConverter(config.vaultKeys))
  atTheEnd(async () => {
    await client.connection.close()
    await close(sql)
  })

  const sandbox = { controlUrl: `http://127.0.0.1:${env.SANDBOX_CONTROL_PORT}` }
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  return {
    url: config.publicUrl,
    sql,
    client,
    sandbox,
    invitation: /http:\/\/\S+\/invitations\/[\w-]+/.exec(said)?.[0] ?? '',
    now,
    passTo: async (timeMs) => {
      const advanceMs = Math.round(timeMs - now())
      aheadMs += advanceMs
      await control(sandbox, 'POST', '/clock', { advanceMs })
      await writeFile(clockFile, String(aheadMs))
      await sleep(500) // the programs look into the file five times a second
    },
    subjects: async () => {
      const mails = await fetch(`http://127.0.0.1:${env.MAILBOX_PORT}/mails.json`)
      return ((await mails.json()) as { subject: string }[]).map((mail) => mail.subject)
    },
  }
}
