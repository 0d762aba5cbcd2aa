import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { beforeAll, expect, it, vi } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { type MediaServer, startMediaServer } from '../support/servers/media-server-process.ts'
import { begin, offsetOf, overHttp, partType, sendPart, tus } from '../support/tus.ts'

const mb = 2 ** 20
const partBytes = 48 * mb
let test: TestApp
let server: MediaServer
let person: ReturnType<typeof overHttp>

beforeAll(async () => {
  test = await createTestApp()
  server = await start()
  person = overHttp(() => server.port, test.cast.manager.cookie())
})

const start = (folder?: string) =>
  startMediaServer(test, { FFMPEG_PATH: test.deps.config.media.ffmpeg }, folder)

/** Begins to send a part of which only the first `bytes` follow, and waits until they are stored. */
const sendBeginning = async (
  address: string,
  offset: number,
  body: Buffer,
  bytes: number,
): Promise<ClientRequest> => {
  const headers = {
    'Upload-Offset': offset,
    'Content-Type': partType,
    'Content-Length': body.length,
  }
  const outgoing = person.open(address, headers)
  outgoing.on('error', () => undefined) // the connection is cut
  outgoing.write(body.subarray(0, bytes))
  const path = join(server.folder, 'incoming/uploads', `${address.split('/').at(-1)}.bytes`)
  await vi.waitFor(
    async () => expect((await stat(path)).size).toBeGreaterThanOrEqual(offset + bytes - mb),
    20_000,
  )
  return outgoing
}

it('200 MB arrive byte for byte although the connection is cut, the server killed and two tabs send at once', {
  timeout: 180_000,
}, async () => {
  // At this rate no platform takes it as it is, so the upload itself is kept.
  const options = { width: 1080, height: 1920, durationMs: 5_000, fps: 40, fillerBytes: mb }
  const video = await makeVideo(options)
  expect(video.length).toBeGreaterThan(200 * mb)
  const address = await begin(person, 'long.mp4', video.length)
  const part = (offset: number) => video.subarray(offset, offset + partBytes)

  const cut = await sendBeginning(address, 0, part(0), 20 * mb)
  cut.destroy()
  const first = await offsetOf(person, address)
  expect(first).toBeGreaterThanOrEqual(19 * mb)
  expect(first).toBeLessThanOrEqual(20 * mb)

  expect((await sendPart(person, address, first, part(first))).status).toBe(204)
  await sendBeginning(address, first + partBytes, part(first + partBytes), 31 * mb)
  await server.kill()
  server = await start(server.folder)
  const second = await offsetOf(person, address)
  expect(second).toBeGreaterThanOrEqual(first + partBytes + 30 * mb)

  const open = await sendBeginning(address, second, part(second), 10 * mb)
  const opened = once(open, 'response') as Promise<[IncomingMessage]>
  const other = await sendPart(person, address, second, part(second))
  expect([409, 423]).toContain(other.status)
  const [ended] = await opened
  expect(ended.statusCode).toBe(204)
  open.destroy()

  let offset = await offsetOf(person, address)
  expect(offset).toBeGreaterThanOrEqual(second + 9 * mb)
  let last = await tus(person, 'HEAD', address)
  while (offset < video.length) {
    last = await sendPart(person, address, offset, part(offset))
    expect(last.status, last.text).toBe(204)
    offset = Number(last.headers.get('Upload-Offset'))
  }
  const id = /media\/(.+)$/.exec(last.headers.get('Content-Location') ?? '')?.[1]
  const [row] = await test.sql<{ sha256: Buffer; bytes: number }[]>`
    select sha256, original_bytes::float8 as bytes from media where id = ${id ?? ''}`
  expect(row?.bytes).toBe(video.length)
  expect(row?.sha256.toString('hex')).toBe(createHash('sha256').update(video).digest('hex'))
})
