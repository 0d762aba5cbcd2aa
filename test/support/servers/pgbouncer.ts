import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { close, connect } from '../../../db/postgres/connect.ts'
import { freePort } from '../../../local/ports.ts'
import { unprivilegedUser } from '../../../local/programs/unprivileged.ts'
import { atTheEnd } from '../at-the-end.ts'
import { ended } from '../programs/ended.ts'
import { debianProgram } from './debian-program.ts'

/**
 * A real PgBouncer in front of the server of `databaseUrl`, in transaction pooling mode with
 * `connections` connections. Returns the URL of the same database behind it. Stopped after the
 * file's last test.
 */
export async function startPgBouncer(databaseUrl: string, connections: number): Promise<string> {
  const behind = new URL(databaseUrl)
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-pgbouncer-'))
  const user = unprivilegedUser() // it refuses to run as root
  const port = await freePort()
  const settings = join(folder, 'pgbouncer.ini')
  await writeFile(
    settings,
    `[databases]
* = host=${behind.hostname} port=${behind.port} user=${behind.username} password=${behind.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
`,
  )
  await chmod(folder, 0o755)
  if (user) await chown(settings, user.uid, user.gid)
  const { program, libraries } = await debianProgram('pgbouncer', ['pgbouncer', 'libc-ares2'])
  const bouncer = spawn(program, [settings], {
    stdio: 'ignore',
    env: { LD_LIBRARY_PATH: libraries },
    cwd: '/',
    ...user,
  })
  atTheEnd(async () => {
    await ended(bouncer)
    await rm(folder, { recursive: true, force: true })
  })
  const url = new URL(databaseUrl)
  url.port = String(port)
  await untilItAnswers(url.href, bouncer)
  return url.href
}

async function untilItAnswers(url: string, bouncer: ChildProcess): Promise<void> {
  for (const giveUpAt = Date.now() + 30_000; Date.now() < giveUpAt; await sleep(50)) {
    if (bouncer.exitCode !== null) throw new Error(`PgBouncer ended with ${bouncer.exitCode}`)
    const sql = connect({ url, prepare: false, max: 2 })
    const answered = await sql`select 1`.then(
      () => true,
      () => false, // not listening yet
    )
    await close(sql)
    if (answered) return
  }
  throw new Error('PgBouncer did not answer within half a minute')
}
