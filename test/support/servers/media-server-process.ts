import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inject } from 'vitest'
import type { TestApp } from '../app.ts'
import { atTheEnd } from '../at-the-end.ts'
import { databaseUrl } from './template-database.ts'

type Memory = { startBytes: number; peakBytes: number }
/**
 * `ask`: what media-server.ts answers. 'forget' makes the current memory the start. `folder`: of
 * the media, for another server that goes on with it. `kill`: ends the process without a warning.
 */
export type MediaServer = {
  port: number
  pid: number
  folder: string
  ask(message: 'forget' | 'report'): Promise<Memory>
  kill(): Promise<void>
}

/**
 * Starts the web app in a process of its own (media-server.ts), on the database of this test and a
 * folder for media, by default a new one. It ends after the file's last test. `program`: runs
 * instead of Node, with the same arguments.
 */
export async function startMediaServer(
  test: TestApp,
  env: Record<string, string>,
  given?: string,
  program?: string,
): Promise<MediaServer> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'cratesocial-media-server-')))
  const [{ name }] = (await test.sql`select current_database() as name`) as unknown as [
    { name: string },
  ]
  const server = fork(fileURLToPath(new URL('./media-server.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    ...(program ? { execPath: program } : {}),
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl(inject('postgresUrl'), name),
      MEDIA_URL: pathToFileURL(folder).href,
      VAULT_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      THROTTLE_KEY: 'a throttle key for tests, long enough',
      SMTP_URL: 'smtp://127.0.0.1:2',
      LOG_LEVEL: 'silent',
      ...env,
    },
  })
  atTheEnd(async () => {
    server.kill()
    await rm(folder, { recursive: true, force: true })
  })
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  return {
    port,
    pid: server.pid!,
    folder,
    kill: async () => {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
    ask: async (message) => {
      server.send(message)
      const [memory] = (await once(server, 'message')) as [Memory]
      return memory
    },
  }
}
