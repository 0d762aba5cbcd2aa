import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { beforeAll, expect, it } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { type MediaServer, startMediaServer } from '../support/servers/media-server-process.ts'

const mb = 2 ** 20
const frames = 300
let test: TestApp
let server: MediaServer

beforeAll(async () => {
  test = await createTestApp()
  server = await startMediaServer(test, { FFMPEG_PATH: test.deps.config.media.ffmpeg })
})

it('uploading a 300 MB video raises the memory of the server by less than 150 MB', {
  timeout: 120_000,
}, async () => {
  // The index is after the data, so the file is also copied once to move it to the front.
  const options = {
    width: 1080,
    height: 1920,
    durationMs: 10_000,
    fps: frames / 10,
    moovFirst: false,
  }
  const video = await makeVideo({ ...options, fillerBytes: mb })
  await server.ask('forget')
  const answer = await upload('large.mp4', video)
  expect(answer.text, answer.text).toContain('large.mp4')
  const { startBytes, peakBytes } = await server.ask('report')
  console.log(
    `300 MB upload: ${Math.round(startBytes / mb)} MB before, ${Math.round(peakBytes / mb)} MB at most`,
  )
  expect(peakBytes - startBytes).toBeLessThan(150 * mb)
  const [row] =
    await test.sql`select coalesce(original_bytes, size_bytes)::float8 as size from media where file_name = 'large.mp4'`
  expect(row?.size).toBeGreaterThan(frames * mb)
})

/** Streams the video, as a browser streams a file from its disk. */
const upload = async (name: string, video: Buffer): Promise<{ status: number; text: string }> => {
  const outgoing = request({
    port: server.port,
    host: '127.0.0.1',
    method: 'PUT',
    path: `/w/northside/media/${name}`,
    headers: {
      'Content-Length': video.length,
      'Content-Type': 'video/mp4',
      Cookie: test.cast.manager.cookie(),
      Origin: 'http://localhost:3000',
    },
  })
  const answered = once(outgoing, 'response')
  await pipeline(Readable.from(parts(video)), outgoing)
  const [response] = (await answered) as [import('node:http').IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode ?? 0, text }
}

function* parts(video: Buffer): Generator<Buffer> {
  for (let at = 0; at < video.length; at += mb) yield video.subarray(at, at + mb)
}
