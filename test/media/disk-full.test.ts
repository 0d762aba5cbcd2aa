import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeImage } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { type MediaServer, startMediaServer } from '../support/servers/media-server-process.ts'
import { begin, overHttp, sendPart } from '../support/tus.ts'

// A real disk of 24 MB: a tmpfs that only the server sees, so no one has to be root.

const mb = 2 ** 20
const canMount = (): boolean => {
  try {
    execFileSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false // as in a container without the right to it
  }
}

describe.skipIf(!canMount())('a disk that fills up while an upload arrives', () => {
  let test: TestApp
  let server: MediaServer
  let person: ReturnType<typeof overHttp>
  let place: string
  beforeAll(async () => {
    test = await createTestApp()
    place = await mkdtemp(join(tmpdir(), 'cratesocial-small-disk-'))
    const program = join(place, 'node-on-small-disk.sh')
    const mount = 'mount -t tmpfs -o size=24m tmpfs "$0" && exec "$@"'
    await writeFile(
      program,
      `#!/bin/sh\nexec unshare -rm sh -c '${mount}' '${place}' '${process.execPath}' "$@"\n`,
    )
    await chmod(program, 0o755)
    const env = { FFMPEG_PATH: test.deps.config.media.ffmpeg, DISK_MIN_FREE_BYTES: '0' }
    server = await startMediaServer(test, env, place, program)
    person = overHttp(() => server.port, test.cast.manager.cookie())
  }, 60_000)
  afterAll(() => rm(place, { recursive: true, force: true }))

  /** The disk as the server sees it. */
  const disk = () => `/proc/${server.pid}/root${place}`
  const files = async (): Promise<string[]> =>
    (await readdir(disk(), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
  const rows = async () => (await test.sql`select id from media`).length

  it('refuses a file whose size nobody said, says why, and leaves nothing', async () => {
    const outgoing = person.open('/w/northside/media/long.mp4', {}, 'PUT')
    outgoing.on('error', () => undefined) // the server doesn't read the rest
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
    for (let part = 0; part < 40; part += 1) outgoing.write(Buffer.alloc(mb))
    outgoing.end()
    const [answer] = await answered
    expect([answer.statusCode, await text(answer)]).toEqual([
      507,
      expect.stringContaining('low on disk space'),
    ])
    await expect.poll(files).toEqual([])
    expect(await rows()).toBe(0)
  })

  it('refuses a part of an upload and gives its bytes back', async () => {
    const address = await begin(person, 'long.mp4', 16 * mb)
    expect((await sendPart(person, address, 0, Buffer.alloc(4 * mb))).status).toBe(204)
    await writeFile(join(disk(), 'something-else'), Buffer.alloc(12 * mb))
    const answer = await sendPart(person, address, 4 * mb, Buffer.alloc(12 * mb))
    expect([answer.status, answer.text]).toEqual([
      507,
      expect.stringContaining('low on disk space'),
    ])
    await expect.poll(files).toEqual(['something-else'])
    expect(await rows()).toBe(0)
  })

  it('takes files again as soon as there is space', async () => {
    await rm(join(disk(), 'something-else'))
    const picture = await makeImage({ width: 400, height: 400 })
    const answer = await person.request('/w/northside/media/a.jpg', {
      method: 'PUT',
      body: new Uint8Array(picture),
      headers: { 'Content-Length': String(picture.length) },
    })
    expect(answer.status).toBe(201)
    expect(await rows()).toBe(1)
  })
})
