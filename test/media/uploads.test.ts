import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { removeExpired } from '../../web/media/uploads/records.ts'
import { unfinishedMax } from '../../web/media/uploads/room.ts'
import { metadataMaxBytes, partMaxBytes } from '../../web/media/uploads/routes.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { begin, named, offsetOf, sendPart, tus } from '../support/tus.ts'
import { rowOf, upload } from '../support/uploading.ts'

const maxBytes = 3_000_000
const quotaBytes = 8_000_000
let test: TestApp
let folder: string
const left = async () => (await readdir(folder).catch(() => [])).sort()
const mediaId = (location: string | null) =>
  /\/media\/([0-9a-f-]{36})$/.exec(location ?? '')?.[1] ?? ''

beforeAll(async () => {
  const limits = { UPLOAD_MAX_BYTES: String(maxBytes), MEDIA_QUOTA_BYTES: String(quotaBytes) }
  test = await createTestApp({ config: testConfig(limits) })
  folder = join(await test.deps.mediaStore.scratch(), 'uploads')
})

beforeEach(async () => {
  for (const name of await left()) if (name.endsWith('.json')) await remove(name.slice(0, -5))
})
const remove = (id: string) => tus(test.cast.manager, 'DELETE', `/w/northside/uploads/${id}`)

/** Until all bytes have arrived, or the file is stored already. */
const takingIn = (address: string) =>
  vi.waitUntil(
    async () => {
      const id = address.split('/').at(-1) ?? ''
      const bytes = await stat(join(folder, `${id}.bytes`)).catch(() => null)
      return (bytes?.size ?? 0) > 0 || (await left()).includes(`${id}.done`)
    },
    { interval: 1 },
  )

describe('an upload in parts', () => {
  it('becomes the same file as one that is sent by the form', async () => {
    const { manager } = test.cast
    const video = await makeVideo({ width: 640, height: 480, durationMs: 1000, fillerBytes: 5_000 })
    const address = await begin(manager, 'reel.mp4', video.length)
    const third = Math.floor(video.length / 3)
    for (const [from, to] of [
      [0, third],
      [third, 2 * third],
    ] as const) {
      const answer = await sendPart(manager, address, from, video.subarray(from, to))
      expect([answer.status, answer.headers.get('Upload-Offset')]).toEqual([204, String(to)])
      expect(answer.headers.get('Content-Location')).toBeNull()
      expect(answer.headers.get('Upload-Expires')).toMatch(/GMT$/)
    }
    const last = await sendPart(manager, address, 2 * third, video.subarray(2 * third))
    expect(last.status).toBe(204)
    const made = await rowOf(test, mediaId(last.headers.get('Content-Location')))
    const plain = await rowOf(test, await upload(test, 'reel.mp4', video))
    const { sizeBytes, width, height, durationMs, videoCodec, fileName } = plain
    expect(made).toMatchObject({ sizeBytes, width, height, durationMs, videoCodec, fileName })
    const hashes =
      await test.sql`select distinct sha256 from media where id in ${test.sql([made.id, plain.id])}`
    expect(hashes).toHaveLength(1)
    expect(await left()).toEqual([`${address.split('/').at(-1)}.done`])
  })

  it('says which file it has become to a browser that asks again, and stores it once', async () => {
    const { manager } = test.cast
    const picture = await makeImage({ width: 300, height: 201 })
    const address = await begin(manager, 'twice.jpg', picture.length)
    const [one, two] = await Promise.all([
      sendPart(manager, address, 0, picture),
      sendPart(manager, address, 0, picture),
    ])
    expect([one?.status, two?.status].filter((status) => status === 204).length).toBeGreaterThan(0)
    const asked = await tus(manager, 'HEAD', address)
    expect([asked.status, asked.headers.get('Upload-Offset')]).toEqual([
      200,
      String(picture.length),
    ])
    const again = await sendPart(manager, address, picture.length, Buffer.alloc(0))
    expect([again.status, again.headers.get('Content-Location')]).toEqual([
      204,
      asked.headers.get('Content-Location'),
    ])
    expect(await test.sql`select from media where file_name = 'twice.jpg'`).toHaveLength(1)
  })

  it('is finished by an empty part if the server stopped before it was processed', async () => {
    const { manager } = test.cast
    const picture = await makeImage({ width: 300, height: 202 })
    const address = await begin(manager, 'stopped.jpg', picture.length)
    await writeFile(join(folder, `${address.split('/').at(-1)}.bytes`), picture) // as after a kill
    expect(await offsetOf(manager, address)).toBe(picture.length)
    const last = await sendPart(manager, address, picture.length, Buffer.alloc(0))
    expect(await rowOf(test, mediaId(last.headers.get('Content-Location')))).toMatchObject({
      width: 300,
      height: 202,
    })
  })

  it('can’t be canceled once its last byte has arrived, and the answer says what it has become', async () => {
    const { manager } = test.cast
    const picture = await makeImage({ width: 300, height: 204 })
    const address = await begin(manager, 'too-late.jpg', picture.length)
    const [sent, during] = await Promise.all([
      sendPart(manager, address, 0, picture),
      takingIn(address).then(() => tus(manager, 'DELETE', address)),
    ])
    const location = sent.headers.get('Content-Location')
    expect(mediaId(location)).not.toBe('')
    for (const canceled of [during, await tus(manager, 'DELETE', address)]) {
      expect([canceled.status, canceled.headers.get('Content-Location')]).toEqual([409, location])
      expect(canceled.text).toContain('in the media library')
    }
    expect(await test.sql`select from media where file_name = 'too-late.jpg'`).toHaveLength(1)
    expect((await tus(test.cast.admin, 'DELETE', address)).status).toBe(404)
  })

  it('can be canceled, and is gone from the disk', async () => {
    const { manager } = test.cast
    const address = await begin(manager, 'gone.jpg', 1_000)
    await sendPart(manager, address, 0, Buffer.alloc(500))
    expect((await tus(manager, 'DELETE', address)).status).toBe(204)
    expect((await tus(manager, 'HEAD', address)).status).toBe(404)
    expect((await left()).filter((name) => !name.endsWith('.done'))).toEqual([])
  })

  it('names the media for the list and for the composer', async () => {
    const { manager } = test.cast
    const id = await upload(test, 'tile.jpg', await makeImage({ width: 65, height: 64 }))
    for (const part of ['tile', 'pick'])
      expect((await manager.get(`/w/northside/media/${id}?part=${part}`)).text).toContain(
        `data-media="${id}"`,
      )
  })

  it('is refused with the reason if it is no media, and leaves nothing behind', async () => {
    const { manager } = test.cast
    const text = Buffer.from('no picture at all')
    const address = await begin(manager, 'two.jpg', text.length)
    const answer = await sendPart(manager, address, 0, text)
    expect([answer.status, answer.text]).toEqual([
      422,
      expect.stringContaining('isn’t a picture or a video'),
    ])
    expect((await tus(manager, 'HEAD', address)).status).toBe(404)
    expect((await left()).filter((name) => !name.endsWith('.done'))).toEqual([])
  })
})

describe('what is refused', () => {
  const create = (headers: Record<string, string | null>) =>
    tus(test.cast.manager, 'POST', '/w/northside/uploads', headers)

  it('a beginning that is too large, empty, without a length or with too long a name', async () => {
    const before = await left()
    const long = named('n'.repeat(metadataMaxBytes))
    const cases: [Record<string, string | null>, number, RegExp][] = [
      [{ 'Upload-Length': String(maxBytes + 1) }, 413, /.+/],
      [{ 'Upload-Length': '0' }, 422, /empty/],
      [{}, 400, /.+/],
      [{ 'Upload-Length': '-1' }, 400, /upload-length/i],
      [{ 'Upload-Length': '1e3' }, 400, /upload-length/i],
      [{ 'Upload-Length': '5', 'Upload-Metadata': long }, 400, /too long/],
      [{ 'Upload-Length': '5', 'Upload-Metadata': 'filename ***' }, 400, /upload-metadata/i],
      [{ 'Upload-Length': '5', 'Upload-Metadata': '__proto__ eA==' }, 400, /upload-metadata/i],
      [{ 'Upload-Defer-Length': '1' }, 501, /.+/],
      [{ 'Upload-Length': '5', 'Upload-Concat': 'partial' }, 501, /.+/],
      [{ 'Upload-Length': '5', 'Tus-Resumable': null }, 412, /.+/],
      [{ 'Upload-Length': '5', 'Tus-Resumable': '0.2.2' }, 400, /.+/],
    ]
    for (const [headers, status, text] of cases) {
      const answer = await create(headers)
      expect([headers, answer.status, answer.text]).toEqual([
        headers,
        status,
        expect.stringMatching(text),
      ])
    }
    expect(await left()).toEqual(before)
  })

  it('a part at another offset, of another type, too long, or without its headers', async () => {
    const { manager } = test.cast
    const address = await begin(manager, 'part.jpg', 1_000)
    await sendPart(manager, address, 0, Buffer.alloc(100))
    const cases: [Record<string, string | null>, Buffer | undefined, number][] = [
      [{ 'Upload-Offset': '0' }, Buffer.alloc(10), 409],
      [{ 'Upload-Offset': '101' }, Buffer.alloc(10), 409],
      [{ 'Upload-Offset': '-1' }, Buffer.alloc(10), 400],
      [{ 'Upload-Offset': 'NaN' }, Buffer.alloc(10), 400],
      [{}, Buffer.alloc(10), 400],
      [{ 'Upload-Offset': '100', 'Content-Type': 'video/mp4' }, Buffer.alloc(10), 415],
      [{ 'Upload-Offset': '100', 'Content-Type': null }, Buffer.alloc(10), 415],
      [{ 'Upload-Offset': '100', 'Content-Length': null }, Buffer.alloc(10), 411],
      [
        { 'Upload-Offset': '100', 'Content-Length': String(partMaxBytes + 1) },
        Buffer.alloc(10),
        413,
      ],
      [{ 'Upload-Offset': '100' }, Buffer.alloc(901), 413],
      [{ 'Upload-Offset': '100', 'Content-Length': '10' }, Buffer.alloc(901), 413],
      [{ 'Upload-Offset': '100', 'Upload-Length': '2000' }, Buffer.alloc(10), 501],
      [{ 'Upload-Offset': '100', 'Tus-Resumable': null }, Buffer.alloc(10), 412],
    ]
    for (const [headers, body, status] of cases) {
      const answer = await tus(manager, 'PATCH', address, headers, body)
      expect([headers, answer.status]).toEqual([headers, status])
    }
    expect(await offsetOf(manager, address)).toBeLessThanOrEqual(110)
  })

  it('an upload beyond twenty unfinished ones, unless the oldest has rested for an hour', async () => {
    const { manager } = test.cast
    const addresses: string[] = []
    for (let count = 0; count < unfinishedMax; count += 1)
      addresses.push(await begin(manager, `${count}.jpg`, 10))
    const refused = await create({ 'Upload-Length': '10' })
    expect([refused.status, refused.text]).toEqual([
      429,
      expect.stringContaining('20 unfinished uploads'),
    ])
    await begin(test.cast.admin, 'of-another.jpg', 10)
    const oldest = addresses[3] ?? ''
    const before = new Date(Date.now() - 2 * 3_600_000)
    await utimes(join(folder, `${oldest.split('/').at(-1)}.bytes`), before, before)
    expect((await create({ 'Upload-Length': '10' })).status).toBe(201)
    expect((await tus(manager, 'HEAD', oldest)).status).toBe(404)
  })

  it('an upload for which the workspace or the disk has no room, before a byte is sent', async () => {
    const address = await begin(test.cast.manager, 'full.jpg', maxBytes)
    await sendPart(test.cast.manager, address, 0, Buffer.alloc(maxBytes - 1))
    const second = await begin(test.cast.admin, 'full.jpg', maxBytes)
    await sendPart(test.cast.admin, second, 0, Buffer.alloc(maxBytes - 1))
    const [quota] = [await create({ 'Upload-Length': String(maxBytes) })]
    expect([quota.status, quota.text]).toEqual([507, expect.stringContaining('for media')])
    await tus(test.cast.admin, 'DELETE', second)
    const { freeBytes } = test.deps.mediaStore
    test.deps.mediaStore.freeBytes = async () => test.deps.config.media.minFreeBytes + 900_000
    const disk = await create({ 'Upload-Length': '1000000' })
    test.deps.mediaStore.freeBytes = freeBytes
    expect([disk.status, disk.text]).toEqual([507, expect.stringContaining('low on disk space')])
  })

  it('an upload of more than 24 hours ago, which is deleted', async () => {
    const { manager } = test.cast
    const address = await begin(manager, 'old.jpg', 1_000)
    const id = address.split('/').at(-1)
    await sendPart(manager, address, 0, Buffer.alloc(100))
    const begun = new Date(Date.now() - 24 * 3_600_000 - 60_000)
    const path = join(folder, `${id}.json`)
    await writeFile(
      path,
      JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), begunAt: begun.toISOString() }),
    )
    await utimes(path, begun, begun)
    expect((await sendPart(manager, address, 100, Buffer.alloc(100))).status).toBe(404)
    expect(await removeExpired(folder)).toBeGreaterThanOrEqual(2)
    expect((await left()).filter((name) => name.startsWith(id ?? ''))).toEqual([])
  })
})

it('no log line has the name of a file that is uploaded in parts', async () => {
  const lines: string[] = []
  const logged = await createTestApp({
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  })
  const { manager } = logged.cast
  const picture = await makeImage({ width: 300, height: 203 })
  const [good, bad] = [
    await begin(manager, 'holiday-secret.jpg', picture.length),
    await begin(manager, 'bad-secret.jpg', 9),
  ]
  expect((await sendPart(manager, good, 0, picture)).status).toBe(204)
  expect((await sendPart(manager, bad, 0, Buffer.from('no media!'))).status).toBe(422)
  expect(lines.join('')).toContain('/w/:workspace/uploads/:upload')
  expect(lines.join('')).not.toContain('secret')
})
