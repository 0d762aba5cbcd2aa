import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { bytesOf, origin, rowOf, upload } from '../support/uploading.ts'

const maxBytes = 6_000_000
let test: TestApp

beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ UPLOAD_MAX_BYTES: String(maxBytes) }) })
})

describe('what is accepted', () => {
  it('a picture becomes an upright sRGB JPEG without EXIF or GPS', async () => {
    const exif = {
      IFD0: { Make: 'CameraOfAda' },
      IFD3: { GPSLatitude: '47/1 22/1 0/1', GPSLatitudeRef: 'N' },
    }
    const original = await sharp(await makeImage({ width: 400, height: 300 }))
      .withExif(exif)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    expect((await sharp(original).metadata()).exif).toBeDefined()
    const id = await upload(test, 'holiday.jpg', original)
    const stored = await bytesOf(test, id)
    const metadata = await sharp(stored).metadata()
    expect(metadata).toMatchObject({ format: 'jpeg', width: 300, height: 400, space: 'srgb' })
    expect(metadata.exif).toBeUndefined()
    expect(metadata.orientation).toBeUndefined()
    expect(stored.includes('CameraOfAda')).toBe(false)
    expect(await rowOf(test, id)).toMatchObject({
      kind: 'image',
      contentType: 'image/jpeg',
      width: 300,
      height: 400,
      fileName: 'holiday.jpg',
    })
  })

  it('a large transparent PNG is scaled on white into the box of the library', async () => {
    const png = await sharp({
      create: {
        width: 4000,
        height: 3000,
        channels: 4,
        background: { r: 0, g: 0, b: 0, alpha: 0 },
      },
    })
      .png()
      .toBuffer()
    const stored = sharp(await bytesOf(test, await upload(test, 'a/../b.png', png)))
    expect(await stored.metadata()).toMatchObject({
      format: 'jpeg',
      width: 2048,
      height: 1536,
      channels: 3,
    })
    expect((await stored.stats()).channels.map((channel) => Math.round(channel.mean))).toEqual([
      255, 255, 255,
    ])
  })

  it('previews show a WebP at most 1080 pixels wide; a picture from before there was one gets it once', async () => {
    const id = await upload(test, 'wide.jpg', await makeImage({ width: 3000, height: 2000 }))
    const medium = async () => {
      const answer = await test.cast.manager.request(`/w/northside/media/${id}/medium`, {})
      return sharp(Buffer.from(await answer.arrayBuffer())).metadata()
    }
    const size = { format: 'webp', width: 1080, height: 720 }
    expect(await medium()).toMatchObject(size)
    const keyOf = async () => (await rowOf(test, id)).mediumKey
    await test.deps.mediaStore.remove((await keyOf()) ?? '')
    await test.sql`update media set medium_key = null where id = ${id}`
    expect(await Promise.all([medium(), medium()])).toMatchObject([size, size])
    const key = await keyOf()
    expect(key).not.toBeNull()
    expect(await medium()).toMatchObject(size)
    expect(await keyOf()).toBe(key)
  })

  it('the full size of a “50 megapixel” phone photo is accepted', { timeout: 60_000 }, async () => {
    const photo = await makeImage({ width: 8192, height: 6144 })
    const id = await upload(test, 'full-size.jpg', photo)
    expect(await rowOf(test, id)).toMatchObject({ kind: 'image', width: 2048, height: 1536 })
  })

  it('a video keeps its samples; size, length, codec and frame rate are read', {
    timeout: 60_000,
  }, async () => {
    const video = await makeVideo({
      width: 1080,
      height: 1920,
      fps: 25,
      durationMs: 4000,
      padBytes: 50_000,
    })
    const id = await upload(test, 'reel.mp4', video)
    const stored = await bytesOf(test, id)
    expect(await rowOf(test, id)).toMatchObject({
      kind: 'video',
      contentType: 'video/mp4',
      width: 1080,
      height: 1920,
      durationMs: 4000,
      videoCodec: 'avc',
      audioCodec: null,
      fps: 25,
      encoding: {
        pixelFormat: 'yuv420p',
        isInterlaced: false,
        audioRate: null,
        audioChannels: null,
      },
      sizeBytes: stored.length,
    })
    expect(await packetsOf(stored)).toEqual(await packetsOf(video))
    const thumbnail = await test.cast.manager.request(`/w/northside/media/${id}/thumbnail`, {})
    expect(thumbnail.headers.get('Content-Type')).toBe('image/webp')
    expect((await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).height).toBe(320)
  })

  it('a video with its index at the end is stored with the index in front and every sample in place', async () => {
    const options = { width: 540, height: 960, durationMs: 2000 }
    const stored = await bytesOf(
      test,
      await upload(test, 'phone.mp4', await makeVideo({ ...options, moovFirst: false })),
    )
    expect(stored.indexOf('moov')).toBeLessThan(stored.indexOf('mdat'))
    expect(await packetsOf(stored)).toEqual(await packetsOf(await makeVideo(options)))
  })

  it('a form without JavaScript can upload several files, and names the refused ones', async () => {
    const form = new FormData()
    form.append(
      'files',
      new Blob([new Uint8Array(await makeImage({ width: 64, height: 64 }))]),
      'one.jpg',
    )
    form.append('files', new Blob(['no picture at all']), 'two.jpg')
    form.append(
      'files',
      new Blob([new Uint8Array(await makeImage({ width: 65, height: 64, format: 'webp' }))]),
      'three.webp',
    )
    const answer = await test.cast.manager.request('/w/northside/media', {
      method: 'POST',
      body: form,
      headers: { Origin: origin },
    })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain('one.jpg')
    expect(page).toContain('three.webp')
    expect(page).toMatch(/“two\.jpg” isn’t a picture or a video/)
    const [{ count }] =
      (await test.sql`select count(*)::int from media where file_name in ('one.jpg', 'two.jpg', 'three.webp')`) as unknown as [
        { count: number },
      ]
    expect(count).toBe(2)
  })

  it('a form with more than 20 files names those that were not stored', async () => {
    const picture = new Blob([new Uint8Array(await makeImage({ width: 61, height: 64 }))])
    const form = new FormData()
    for (let count = 1; count <= 22; count += 1) form.append('files', picture, `of-22-${count}.jpg`)
    const answer = await test.cast.manager.request('/w/northside/media', {
      method: 'POST',
      body: form,
      headers: { Origin: origin },
    })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    for (const name of ['of-22-21.jpg', 'of-22-22.jpg'])
      expect(page).toMatch(
        new RegExp(`${name}</strong>: Not uploaded: 20 files fit into one upload`),
      )
    expect(page).not.toContain('of-22-20.jpg</strong>:')
    expect(await test.sql`select from media where file_name like 'of-22-%'`).toHaveLength(20)
  })

  it('a form without a file says so; a successful one redirects', async () => {
    const send = (body: FormData) =>
      test.cast.manager.request('/w/northside/media', {
        method: 'POST',
        body,
        headers: { Origin: origin },
      })
    const empty = new FormData()
    empty.append('files', new Blob([]), '')
    expect((await send(empty)).status).toBe(422)
    const good = new FormData()
    good.append(
      'files',
      new Blob([new Uint8Array(await makeImage({ width: 66, height: 64 }))]),
      'good.jpg',
    )
    const answer = await send(good)
    expect([answer.status, answer.headers.get('Location')]).toEqual([
      303,
      '/w/northside/media?said=media-uploaded',
    ])
  })

  it('a browser can send a frame as the thumbnail of a video, and of nothing else', async () => {
    const id = await upload(
      test,
      'frame.mp4',
      await makeVideo({ width: 640, height: 360, durationMs: 1000 }),
    )
    const send = async (to: string, body: Buffer) =>
      (
        await test.cast.manager.request(`/w/northside/media/${to}/frame`, {
          method: 'PUT',
          body: new Uint8Array(body),
          headers: { Origin: origin },
        })
      ).status
    const before = await rowOf(test, id)
    expect(await send(id, Buffer.from('not a picture'))).toBe(422)
    expect(await send(id, await makeImage({ width: 640, height: 360 }))).toBe(204)
    const after = await rowOf(test, id)
    expect(after.thumbnailKey).not.toBe(before.thumbnailKey)
    expect(await test.deps.mediaStore.size(before.thumbnailKey ?? '')).toBeNull()
    expect(
      await send(
        await upload(test, 'p.jpg', await makeImage({ width: 70, height: 64 })),
        await makeImage({ width: 9, height: 9 }),
      ),
    ).toBe(422)
  })
})

const packetsOf = async (bytes: Buffer): Promise<string[]> => {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) })
  const sink = new EncodedPacketSink((await input.getPrimaryVideoTrack())!)
  const found: string[] = []
  for await (const packet of sink.packets()) found.push(Buffer.from(packet.data).toString('hex'))
  return found
}
