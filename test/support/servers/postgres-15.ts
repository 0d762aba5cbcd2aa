import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { close, connect } from '../../../db/postgres/connect.ts'
import { freePort } from '../../../local/ports.ts'
import { unprivilegedUser } from '../../../local/programs/unprivileged.ts'
import { debianProgram } from './debian-program.ts'

export type OldPostgres = { url: string; stop(): Promise<void> }

/** Libraries of Debian's PostgreSQL that a bare Debian lacks. */
const libraries = [
  ...[
    'libpq5',
    'libicu72',
    'libxml2',
    'libldap-2.5-0',
    'libsasl2-2',
    'libgssapi-krb5-2',
    'libkrb5-3',
    'libk5crypto3',
  ],
  ...['libkrb5support0', 'libkeyutils1', 'liblz4-1', 'libzstd1'],
]

/**
 * The oldest supported PostgreSQL: the programs in POSTGRES_15, those that Debian installs, or
 * Debian's package unpacked into the cache. Its user may create databases.
 */
export async function startPostgres15(): Promise<OldPostgres> {
  const { folder, env } = await programs()
  const user = unprivilegedUser() // it refuses to run as root
  const home = mkdtempSync(join(tmpdir(), 'cratesocial-postgres-15-'))
  const [files, passwordFile] = [join(home, 'files'), join(home, 'password')]
  writeFileSync(passwordFile, 'test')
  mkdirSync(files, { mode: 0o700 })
  if (user) for (const path of [home, files, passwordFile]) chownSync(path, user.uid, user.gid)
  const flags = [
    '--username=cratesocial',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  ]
  const made = spawnSync(join(folder, 'initdb'), ['-D', files, ...flags, '--no-sync'], {
    encoding: 'utf8',
    cwd: '/',
    env,
    ...user,
  })
  if (made.status !== 0) throw new Error(`initdb of PostgreSQL 15 failed: ${made.stderr}`)
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=400',
    'fsync=off',
    'jit=off',
  ]
  const args = ['-D', files, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(join(folder, 'postgres'), args, { cwd: '/', env, stdio: 'ignore', ...user })
  const url = `postgres://cratesocial:test@127.0.0.1:${port}/postgres`
  await untilItAnswers(url, () => server.exitCode !== null)
  return {
    url,
    stop: async () => {
      const over = once(server, 'exit')
      server.kill('SIGINT') // "fast": doesn't wait for sessions to end
      await over
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function programs(): Promise<{ folder: string; env: NodeJS.ProcessEnv }> {
  const installed = [process.env.POSTGRES_15 ?? '', '/usr/lib/postgresql/15/bin'].find((folder) =>
    existsSync(join(folder, 'initdb')),
  )
  if (installed) return { folder: installed, env: { LC_ALL: 'C.UTF-8' } }
  const unpacked = await debianProgram('initdb', [
    'postgresql-15',
    'postgresql-client-15',
    ...libraries,
  ])
  return {
    folder: dirname(unpacked.program),
    env: { LC_ALL: 'C.UTF-8', LD_LIBRARY_PATH: unpacked.libraries },
  }
}

async function untilItAnswers(url: string, hasEnded: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; ; await pause(50)) {
    const sql = connect({ url, prepare: false, max: 2 })
    const answered = await sql`select 1`
      .then(
        () => true,
        () => false, // not ready yet
      )
      .finally(() => close(sql))
    if (answered) return
    if (hasEnded() || Date.now() > giveUpAt) throw new Error('PostgreSQL 15 did not start')
  }
}
