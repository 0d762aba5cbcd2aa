import { spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { freePort } from '../../../local/ports.ts'
import { postgresPrograms } from '../../../local/postgres/programs.ts'
import { unprivilegedUser } from '../../../local/programs/unprivileged.ts'
import { atTheEnd } from '../at-the-end.ts'
import { ended } from '../programs/ended.ts'

export type BarePostgres = { port: number; password: string }

/**
 * A new PostgreSQL server like the production container's: the superuser `postgres` with
 * `password`, and nothing else. `dataFolder`: an existing empty folder for its files. `more`:
 * additional settings. Stopped after the file's last test.
 */
export async function startBarePostgres(
  password: string,
  dataFolder?: string,
  more: string[] = [],
): Promise<BarePostgres> {
  const user = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-bare-postgres-'))
  const programs = postgresPrograms(user, () => join(folder, 'programs'))
  const files = join(dataFolder ?? folder, 'files')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password)
  mkdirSync(files, { mode: 0o700 })
  if (user) for (const path of [folder, files, passwordFile]) chownSync(path, user.uid, user.gid)
  const flags = [
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-sync',
  ]
  const made = spawnSync(programs.initdb, ['-D', files, ...flags, '--locale=C'], {
    encoding: 'utf8',
    cwd: '/',
    env: {},
    ...user,
  })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)

  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'log_error_verbosity=terse',
    ...more,
  ]
  const args = ['-D', files, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(programs.postgres, args, { cwd: '/', env: {}, stdio: 'ignore', ...user })
  atTheEnd(async () => {
    server.kill('SIGINT') // ends sessions at once; SIGTERM would wait for them
    await ended(server)
    rmSync(folder, { recursive: true, force: true })
  })
  for (const giveUpAt = Date.now() + 60_000; ; await pause(50)) {
    if (await answers(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`))
      return { port, password }
    if (server.exitCode !== null || Date.now() > giveUpAt)
      throw new Error('PostgreSQL did not start')
  }
}

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined })
  return await sql`select 1`
    .then(
      () => true,
      () => false, // not ready yet
    )
    .finally(() => sql.end({ timeout: 1 }))
}
