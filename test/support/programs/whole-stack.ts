import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { close, connect, type Sql } from '../../../db/postgres/connect.ts'
import { createDataConverter } from '../../../temporal/data-converter.ts'
import { createClient } from '../../../web/operate/temporal-client.ts'
import { atTheEnd } from '../at-the-end.ts'
import { control } from '../platforms/twins.ts'
import { configOf, runStarter, stackEnv } from './starter.ts'

/** What `npm start` starts, in separate processes, with clocks that can be moved. */
export type WholeStack = {
  url: string
  sql: Sql
  client: ReturnType<typeof createClient>
  sandbox: { controlUrl: string }
  /** The one-time link for the first operator. */
  invitation: string
  /** The time of the sandbox, web server and worker, in epoch milliseconds. */
  now(): number
  /** Advances their clocks to that time. PostgreSQL's and Temporal's clocks don't change. */
  passTo(timeMs: number): Promise<void>
  /** The subjects of the emails in the mailbox. */
  subjects(): Promise<string[]>
}

export const startWholeStack = async (): Promise<WholeStack> => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-clock-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  const clockFile = join(folder, 'ahead')
  await writeFile(clockFile, '0')
  const env = await stackEnv()
  // The starter passes on only variables that it knows, but it passes on what Node loads.
  const setting = `data:text/javascript,${encodeURIComponent(`process.env.CLOCK_AHEAD_FILE=${JSON.stringify(clockFile)}`)}`
  const loaded = [setting, import.meta.resolve('tsx'), import.meta.resolve('./product-clock.mjs')]
  const starter = runStarter({
    ...env,
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
      await sleep(500) // the programs read the file five times per second
    },
    subjects: async () => {
      const mails = await fetch(`http://127.0.0.1:${env.MAILBOX_PORT}/mails.json`)
      return ((await mails.json()) as { subject: string }[]).map((mail) => mail.subject)
    },
  }
}
