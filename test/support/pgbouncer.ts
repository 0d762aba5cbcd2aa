import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { close, connect } from '../../db/connect.ts'
import { freePort } from '../../local/ports.ts'
import { unprivilegedUser } from '../../local/unprivileged.ts'
import { atTheEnd } from './at-the-end.ts'
import { ended } from './ended.ts'

const run = promisify(execFile)
const cache = new URL('../../.cache/', import.meta.url).pathname

/**
 * A real PgBouncer before the server of `databaseUrl`, which hands a connection on with each transaction and has `connections` of them.
 * Returns the address of the same database behind it. It ends after the file's last test.
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
  const { program, libraries } = await installed()
  const bouncer = spawn(program, [settings], { stdio: 'ignore', env: { LD_LIBRARY_PATH: libraries }, cwd: '/', ...user })
  atTheEnd(async () => {
    await ended(bouncer)
    await rm(folder, { recursive: true, force: true })
  })
  const url = new URL(databaseUrl)
  url.port = String(port)
  await untilItAnswers(url.href, bouncer)
  return url.href
}

/**
 * The one on the PATH, else Debian's, with the library it needs beside it, unpacked into the cache without installing anything. Under
 * another name first, so that a run that was broken off leaves nothing half there.
 */
async function installed(): Promise<{ program: string; libraries: string }> {
  const known = (process.env.PATH ?? '').split(':').map((place) => join(place, 'pgbouncer'))
  const here = known.find((program) => existsSync(program))
  if (here) return { program: here, libraries: process.env.LD_LIBRARY_PATH ?? '' }
  const folder = join(cache, 'pgbouncer')
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${randomBytes(4).toString('hex')}`
    await mkdir(unfinished, { recursive: true })
    const download = () => run('apt-get', ['download', 'pgbouncer', 'libc-ares2'], { cwd: unfinished })
    await download().catch(async () => {
      await run('apt-get', ['update']) // the lists of packages may be old, or not there
      await download()
    })
    for (const file of await readdir(unfinished)) await run('dpkg', ['-x', join(unfinished, file), unfinished])
    await rename(unfinished, folder)
  }
  const [triplet] = await readdir(join(folder, 'usr', 'lib')).then((names) => names.filter((name) => name.includes('linux-gnu')))
  return { program: join(folder, 'usr', 'sbin', 'pgbouncer'), libraries: join(folder, 'usr', 'lib', triplet ?? '') }
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
