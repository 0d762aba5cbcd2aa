import { fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { insertMembership } from '../db/people/memberships.ts'
import { insertSession } from '../db/people/sessions.ts'
import { insertUser } from '../db/people/users.ts'
import { insertWorkspace } from '../db/people/workspaces.ts'
import { close, connect, type Sql } from '../db/postgres/connect.ts'
import { migrate } from '../db/postgres/migrate.ts'
import { makeVideo } from '../local/media/media-files.ts'
import { freePort } from '../local/ports.ts'
import { startPostgres } from '../local/postgres/server.ts'
import { ffmpegProgram } from '../local/programs/ffmpeg.ts'
import { begin, offsetOf, overHttp, partType, sendPart } from '../test/support/tus.ts'

/**
 * `npm run bench:uploads -- --bytes 2000000000`: uploads one large video in parts to a server of
 * its own, over HTTP, while the connection is cut, the server is killed and a second tab sends the
 * same part. Compares what was stored with what was sent.
 */
const { options } = readCommand('bench:uploads', (command) =>
  command
    .description('Uploads a large video in parts, interrupted three times. The last line is JSON.')
    .option('--bytes <number>', 'size of the video', wholeNumber(200_000_000), 2_000_000_000),
)

const mb = 2 ** 20
const partBytes = 64 * mb
const folder = await mkdtemp(join(tmpdir(), 'cratesocial-bench-'))
const databasePort = await freePort()
const logFile = join(folder, 'postgres.log')
const database = await startPostgres({
  dataDir: folder,
  port: databasePort,
  password: 'bench',
  logFile,
  throwaway: true,
})
const sql = connect({
  url: database.url('postgres'),
  prepare: true,
  max: 2,
  applicationName: 'bench',
})
let server: Server | undefined
try {
  await migrate(sql)
  await run(await makeFile(), await signIn(sql))
} finally {
  await server?.kill()
  await close(sql)
  await database.stop()
  await rm(folder, { recursive: true, force: true })
}

type File = { path: string; size: number; sha256: string }

async function run(file: File, cookie: string): Promise<void> {
  server = await startServer()
  const person = overHttp(() => server?.port ?? 0, cookie)
  const handle = await open(file.path)
  const read = async (offset: number): Promise<Buffer> => {
    const part = Buffer.alloc(Math.min(partBytes, file.size - offset))
    await handle.read(part, 0, part.length, offset)
    return part
  }
  const startedAt = performance.now()
  const address = await begin(person, 'long.mp4', file.size)
  const stored = join(folder, 'media/incoming/uploads', `${address.split('/').at(-1)}.bytes`)
  /** Sends half of a part and leaves the request open. */
  const sendHalf = async (offset: number, part: Buffer) => {
    const headers = {
      'Upload-Offset': offset,
      'Content-Type': partType,
      'Content-Length': part.length,
    }
    const outgoing = person.open(address, headers)
    outgoing.on('error', () => undefined) // it is cut
    const half = Math.floor(part.length / 2)
    outgoing.write(part.subarray(0, half))
    while ((await stat(stored)).size < offset + half - mb) await sleep(20)
    return outgoing
  }
  const interruptions: Record<string, number>[] = []
  const due = [0.2, 0.5, 0.75].map((share) => share * file.size)
  let sentBytes = 0
  let media: string | null = null
  for (let offset = 0; media === null; ) {
    const part = await read(offset)
    if (due.length > 0 && offset >= (due[0] ?? 0)) {
      const kind = ['cut', 'killed', 'second'][3 - due.length] ?? ''
      due.shift()
      const outgoing = await sendHalf(offset, part)
      sentBytes += part.length / 2
      if (kind === 'cut') outgoing.destroy()
      if (kind === 'killed') {
        await server.kill()
        server = await startServer()
      }
      const status = kind === 'second' ? (await sendPart(person, address, offset, part)).status : 0
      outgoing.destroy()
      const from = offset
      offset = await offsetOf(person, address)
      interruptions.push({ [kind]: from, continuedAt: offset, ...(status ? { status } : {}) })
      continue
    }
    const answer = await sendPart(person, address, offset, part)
    if (answer.status !== 204) throw new Error(`${answer.status} ${answer.text}`)
    sentBytes += part.length
    offset = Number(answer.headers.get('Upload-Offset'))
    media = answer.headers.get('Content-Location')
  }
  const seconds = (performance.now() - startedAt) / 1_000
  const peakMb = Math.round((await server.peakBytes()) / mb)
  await handle.close()
  const [row] = await sql<{ sha256: Buffer; bytes: number }[]>`
    select sha256, original_bytes::float8 as bytes from media where id = ${media.split('/').at(-1) ?? ''}`
  const isEqual = row?.sha256.toString('hex') === file.sha256 && row.bytes === file.size
  const mbPerS = Math.round(file.size / mb / seconds)
  const sentAgainMb = Math.round((sentBytes - file.size) / mb)
  const figures = {
    bytes: file.size,
    seconds: Math.round(seconds),
    mbPerS,
    sentAgainMb,
    peakMb,
    interruptions,
    isEqual,
  }
  console.log(JSON.stringify({ bench: 'uploads', ...figures }))
  if (!isEqual) process.exitCode = 1
}

/** A video that has to be converted, so that the upload itself is kept, and a box of random bytes. */
async function makeFile(): Promise<File> {
  const path = join(folder, 'long.mp4')
  const video = await makeVideo({ width: 640, height: 360, durationMs: 1_000, fps: 120 })
  const file = await open(path, 'w')
  const hash = createHash('sha256')
  const add = async (bytes: Buffer) => {
    hash.update(bytes)
    await file.write(bytes)
  }
  await add(video)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(options.bytes - video.length)
  head.write('free', 4, 'latin1')
  await add(head)
  for (let left = options.bytes - video.length - head.length; left > 0; left -= mb)
    await add(randomBytes(Math.min(mb, left)))
  await file.close()
  return { path, size: options.bytes, sha256: hash.digest('hex') }
}

async function signIn(sql: Sql): Promise<string> {
  const userId = await insertUser(sql, {
    email: 'ada@example.com',
    name: 'Ada',
    passwordHash: 'none',
    isOperator: false,
  })
  const workspaceId = await insertWorkspace(sql, {
    slug: 'northside',
    name: 'Northside',
    zone: 'UTC',
    createdBy: userId,
  })
  if (!workspaceId) throw new Error('the database is not empty')
  await insertMembership(sql, workspaceId, userId, 'admin')
  return `__Host-session=${await insertSession(sql, userId, new Date())}`
}

type Server = { port: number; peakBytes(): Promise<number>; kill(): Promise<void> }

async function startServer(): Promise<Server> {
  const child = fork(
    fileURLToPath(new URL('../test/support/servers/media-server.ts', import.meta.url)),
    {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        DATABASE_URL: database.url('postgres'),
        MEDIA_URL: pathToFileURL(join(folder, 'media')).href,
        UPLOAD_MAX_BYTES: String(options.bytes),
        FFMPEG_PATH: ffmpegProgram({
          cacheDir: fileURLToPath(new URL('../.cache', import.meta.url)),
          env: process.env,
          say: console.log,
        }),
        VAULT_KEYS: `bench:${randomBytes(32).toString('base64')}`,
        THROTTLE_KEY: randomBytes(32).toString('hex'),
        SMTP_URL: 'smtp://127.0.0.1:2',
        LOG_LEVEL: 'silent',
      },
    },
  )
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    port,
    peakBytes: async () => {
      child.send('report')
      const [{ peakBytes }] = (await once(child, 'message')) as [{ peakBytes: number }]
      return peakBytes
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
