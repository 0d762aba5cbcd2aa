import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { linkForAttempt, retireLinks, wasFetched } from '../../db/media-links.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { makeImage, makeVideo } from '../support/media-files.ts'

const maxBytes = 6_000_000
const origin = 'http://localhost:3000'
let test: TestApp

beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ UPLOAD_MAX_BYTES: String(maxBytes) }) })
})

const put = async (
  person: Pick<Person, 'request'>,
  name: string,
  body: Buffer,
  headers: Record<string, string> = { Origin: origin },
) => {
  const answer = await person.request(`/w/northside/media/${encodeURIComponent(name)}`, {
    method: 'PUT',
    body: new Uint8Array(body),
    headers,
  })
  return { status: answer.status, text: await answer.text() }
}

const upload = async (name: string, body: Buffer): Promise<string> => {
  const { status, text } = await put(test.cast.manager, name, body)
  expect(status, text).toBe(201)
  return /data-media="([0-9a-f-]{36})"/.exec(text)?.[1] ?? ''
}

const rowOf = async (id: string) => {
  const [row] = await test.sql`select * from media where id = ${id}`
  return row!
}

const bytesOf = async (id: string): Promise<Buffer> => {
  const answer = await test.cast.manager.request(`/w/northside/media/${id}/file`, {})
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

describe('what is taken in', () => {
  it('a picture becomes an upright sRGB JPEG without EXIF or GPS', async () => {
    const exif = { IFD0: { Make: 'CameraOfAda' }, IFD3: { GPSLatitude: '47/1 22/1 0/1', GPSLatitudeRef: 'N' } }
    const original = await sharp(await makeImage({ width: 400, height: 300 }))
      .withExif(exif)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    expect((await sharp(original).metadata()).exif).toBeDefined()
    const id = await upload('holiday.jpg', original)
    const stored = await bytesOf(id)
    const metadata = await sharp(stored).metadata()
    expect(metadata).toMatchObject({ format: 'jpeg', width: 300, height: 400, space: 'srgb' })
    expect(metadata.exif).toBeUndefined()
    expect(metadata.orientation).toBeUndefined()
    expect(stored.includes('CameraOfAda')).toBe(false)
    expect(await rowOf(id)).toMatchObject({
      kind: 'image',
      contentType: 'image/jpeg',
      width: 300,
      height: 400,
      fileName: 'holiday.jpg',
    })
  })

  it('a large transparent PNG is scaled into the box every platform takes, on white', async () => {
    const png = await sharp({ create: { width: 4000, height: 3000, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toBuffer()
    const stored = sharp(await bytesOf(await upload('a/../b.png', png)))
    expect(await stored.metadata()).toMatchObject({ format: 'jpeg', width: 1440, height: 1080, channels: 3 })
    expect((await stored.stats()).channels.map((channel) => Math.round(channel.mean))).toEqual([255, 255, 255])
  })

  it('a video keeps its bytes; size, length, codec and frame rate are read', async () => {
    const video = await makeVideo({ width: 1080, height: 1920, fps: 25, durationMs: 4000, padBytes: 50_000 })
    const id = await upload('reel.mp4', video)
    expect(await rowOf(id)).toMatchObject({
      kind: 'video',
      contentType: 'video/mp4',
      width: 1080,
      height: 1920,
      durationMs: 4000,
      videoCodec: 'avc',
      audioCodec: null,
      fps: 25,
      sizeBytes: String(video.length),
    })
    expect((await bytesOf(id)).equals(video)).toBe(true)
    const thumbnail = await test.cast.manager.request(`/w/northside/media/${id}/thumbnail`, {})
    expect(thumbnail.headers.get('Content-Type')).toBe('image/webp')
    expect((await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).height).toBe(320)
  })

  it('a video whose index stands at its end is stored with the index in front, every sample in place', async () => {
    const options = { width: 320, height: 240, durationMs: 2000 }
    const stored = await bytesOf(await upload('phone.mp4', await makeVideo({ ...options, moovFirst: false })))
    expect(stored.indexOf('moov')).toBeLessThan(stored.indexOf('mdat'))
    const { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } = await import('mediabunny')
    const packets = async (bytes: Buffer) => {
      const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) })
      const sink = new EncodedPacketSink((await input.getPrimaryVideoTrack())!)
      const found: string[] = []
      for await (const packet of sink.packets()) found.push(Buffer.from(packet.data).toString('hex'))
      return found
    }
    expect(await packets(stored)).toEqual(await packets(await makeVideo(options)))
  })

  it('works without JavaScript: several files of one form, the refused ones named', async () => {
    const form = new FormData()
    form.append('files', new Blob([new Uint8Array(await makeImage({ width: 64, height: 64 }))]), 'one.jpg')
    form.append('files', new Blob(['no picture at all']), 'two.jpg')
    form.append('files', new Blob([new Uint8Array(await makeImage({ width: 65, height: 64, format: 'webp' }))]), 'three.webp')
    const answer = await test.cast.manager.request('/w/northside/media', {
      method: 'POST',
      body: form,
      headers: { Origin: origin },
    })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain('one.jpg')
    expect(page).toContain('three.webp')
    expect(page).toMatch(/“two\.jpg” is neither a picture nor a video/)
    const [{ count }] =
      (await test.sql`select count(*)::int from media where file_name in ('one.jpg', 'two.jpg', 'three.webp')`) as unknown as [
        { count: number },
      ]
    expect(count).toBe(2)
  })

  it('a form without a file says so; one that went well redirects', async () => {
    const send = (body: FormData) =>
      test.cast.manager.request('/w/northside/media', { method: 'POST', body, headers: { Origin: origin } })
    const empty = new FormData()
    empty.append('files', new Blob([]), '')
    expect((await send(empty)).status).toBe(422)
    const good = new FormData()
    good.append('files', new Blob([new Uint8Array(await makeImage({ width: 66, height: 64 }))]), 'good.jpg')
    const answer = await send(good)
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/w/northside/media?said=media-uploaded'])
  })

  it('a browser may send a frame as the small picture of a video, and of nothing else', async () => {
    const id = await upload('frame.mp4', await makeVideo({ width: 640, height: 360, durationMs: 1000 }))
    const send = async (to: string, body: Buffer) =>
      (
        await test.cast.manager.request(`/w/northside/media/${to}/frame`, {
          method: 'PUT',
          body: new Uint8Array(body),
          headers: { Origin: origin },
        })
      ).status
    const before = await rowOf(id)
    expect(await send(id, Buffer.from('not a picture'))).toBe(422)
    expect(await send(id, await makeImage({ width: 640, height: 360 }))).toBe(204)
    const after = await rowOf(id)
    expect(after.thumbnailKey).not.toBe(before.thumbnailKey)
    expect(await test.deps.mediaStore.size(before.thumbnailKey)).toBeNull()
    expect(
      await send(await upload('p.jpg', await makeImage({ width: 70, height: 64 })), await makeImage({ width: 9, height: 9 })),
    ).toBe(422)
  })
})

describe('what is refused, with a sentence', () => {
  const video = () => makeVideo({ width: 320, height: 240, durationMs: 2000 })
  const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  const cases: [string, string, () => Promise<Buffer> | Buffer, number, RegExp][] = [
    ['an empty file', 'a.jpg', () => Buffer.alloc(0), 422, /empty/],
    ['an SVG', 'logo.svg', () => svg, 422, /SVG drawing/],
    ['an SVG under the name of a photo', 'logo.jpg', () => svg, 422, /SVG drawing/],
    [
      'a page under the name of a photo',
      'x.jpg',
      () => Buffer.from('<html><script>alert(1)</script>'),
      422,
      /neither a picture nor a video/,
    ],
    ['a PDF under the name of a photo', 'x.png', () => Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj'), 422, /application\/pdf/],
    ['a video under the name of a photo', 'x.jpg', video, 422, /a video under the name of a picture/],
    [
      'a photo under the name of a video',
      'x.mp4',
      () => makeImage({ width: 64, height: 64 }),
      422,
      /a picture under the name of a video/,
    ],
    ['a video that was cut off', 'x.mp4', async () => (await video()).subarray(0, -40), 422, /end of this video is missing/],
    [
      'a video whose index is missing',
      'x.mp4',
      async () => cutIndex(await makeVideo({ width: 320, height: 240, durationMs: 2000, moovFirst: false })),
      422,
      /end of this video is missing/,
    ],
    ['a video of garbled boxes', 'x.mp4', async () => garbled(await video()), 422, /damaged/],
    ['a photo that was cut off', 'x.jpg', async () => (await noise(900, 900)).subarray(0, 20_000), 422, /damaged or incomplete/],
    ['a bomb: few bytes, very many pixels', 'x.png', () => bomb(), 422, /50 million pixels/],
    ['an animation', 'x.gif', () => animation(), 422, /animated picture/],
    ['a file above the limit', 'x.mp4', () => Buffer.concat([Buffer.alloc(maxBytes + 1)]), 413, /larger than 6 MB/],
    [
      'a Matroska video',
      'x.webm',
      () => Buffer.from('1a45dfa3a34286810142f7810142f2810442f381084282847765626d', 'hex'),
      422,
      /Export it as MP4/,
    ],
  ]
  it.each(cases)('%s', async (_what, name, make, status, words) => {
    const answer = await put(test.cast.manager, name, await make())
    expect(answer.text).toMatch(words)
    expect(answer.status).toBe(status)
  })

  it('leaves nothing of a refused file behind', async () => {
    const { readdir } = await import('node:fs/promises')
    expect(await readdir(await test.deps.mediaStore.scratch())).toEqual([])
  })

  it('an upload from another origin', async () => {
    const body = await makeImage({ width: 64, height: 64 })
    expect((await put(test.cast.manager, 'x.jpg', body, { Origin: 'https://evil.example' })).status).toBe(403)
    expect((await put(test.cast.manager, 'x.jpg', body, {})).status).toBe(403)
  })
})

describe('public addresses', () => {
  const publish = async () => {
    const mediaId = await upload('public.jpg', await noise(300, 200))
    const { channelId } = await insertChannel(test.deps, {
      workspaceId: test.workspaces.northside,
      userId: test.cast.admin.id,
      platform: 'instagram',
    })
    const { targetId } = await insertTarget(test.deps, {
      workspaceId: test.workspaces.northside,
      channelId,
      platform: 'instagram',
      mediaIds: [mediaId],
    })
    const ref = { targetId, attemptNumber: 1 }
    const link = { ...ref, mediaId, workspaceId: test.workspaces.northside }
    return { mediaId, ref, link, name: await linkForAttempt(test.sql, link), bytes: await bytesOf(mediaId) }
  }
  const fetch = (name: string, init: RequestInit = {}) => test.cast.stranger.request(`/media/${name}`, init)

  it('promise D4: cannot be guessed, and one attempt has one of its own', async () => {
    const { name, link } = await publish()
    expect(name).toMatch(/^[A-Za-z0-9_-]{32}\.jpg$/)
    expect(await linkForAttempt(test.sql, link)).toBe(name)
    expect(await linkForAttempt(test.sql, { ...link, attemptNumber: 2 })).not.toBe(name)
    await expect(
      linkForAttempt(test.sql, { ...link, attemptNumber: 3, workspaceId: test.workspaces.elsewhere }),
    ).rejects.toThrow()
    expect((await fetch('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.jpg')).status).toBe(404)
  })

  it('needs no session, lets other origins read, runs nothing', async () => {
    const { name, bytes } = await publish()
    const answer = await fetch(name)
    expect(answer.status).toBe(200)
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
    const headers = Object.fromEntries(answer.headers)
    expect(headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; sandbox/)
    expect(headers['set-cookie']).toBeUndefined()
    const robots = await test.cast.stranger.get('/robots.txt')
    expect(robots.text).toContain('Allow: /media/')
  })

  it('answers HEAD, single ranges and conditions', async () => {
    const { name, bytes } = await publish()
    const head = await fetch(name, { method: 'HEAD' })
    expect([head.status, head.headers.get('Content-Length'), (await head.arrayBuffer()).byteLength]).toEqual([
      200,
      String(bytes.length),
      0,
    ])
    const ranges: [string, Buffer, string][] = [
      ['bytes=0-9', bytes.subarray(0, 10), `bytes 0-9/${bytes.length}`],
      ['bytes=100-', bytes.subarray(100), `bytes 100-${bytes.length - 1}/${bytes.length}`],
      ['bytes=-7', bytes.subarray(-7), `bytes ${bytes.length - 7}-${bytes.length - 1}/${bytes.length}`],
      ['bytes=5-99999999', bytes.subarray(5), `bytes 5-${bytes.length - 1}/${bytes.length}`],
    ]
    for (const [range, part, words] of ranges) {
      const answer = await fetch(name, { headers: { Range: range } })
      expect([answer.status, answer.headers.get('Content-Range')]).toEqual([206, words])
      expect(Buffer.from(await answer.arrayBuffer()).equals(part)).toBe(true)
    }
    const beyond = await fetch(name, { headers: { Range: `bytes=${bytes.length}-` } })
    expect([beyond.status, beyond.headers.get('Content-Range')]).toEqual([416, `bytes */${bytes.length}`])
    expect((await fetch(name, { headers: { Range: 'bytes=0-1,4-5' } })).status).toBe(200)
    const etag = head.headers.get('ETag') ?? ''
    expect((await fetch(name, { headers: { 'If-None-Match': etag } })).status).toBe(304)
    expect((await fetch(name, { headers: { Range: 'bytes=0-1', 'If-Range': '"other"' } })).status).toBe(200)
    expect((await fetch(name, { headers: { Range: 'bytes=0-1', 'If-Range': etag } })).status).toBe(206)
  })

  it('knows whether anybody came, and is gone (410) once retired', async () => {
    const { name, ref, mediaId } = await publish()
    expect(await wasFetched(test.sql, { ...ref, attemptNumber: 9 })).toBeNull()
    await test.cast.manager.get(`/w/northside/media/${mediaId}/file`)
    expect(await wasFetched(test.sql, ref)).toBe(false)
    await fetch(name, { method: 'HEAD' })
    expect(await wasFetched(test.sql, ref)).toBe(true)
    await retireLinks(test.sql, ref)
    expect((await fetch(name)).status).toBe(410)
    const [link] = await test.sql`select fetches from media_links where name = ${name}`
    expect(link).toMatchObject({ fetches: 1 })
  })

  it('an address that was never fetched before it was retired stays unfetched', async () => {
    const { name, ref } = await publish()
    await retireLinks(test.sql, ref)
    expect((await fetch(name)).status).toBe(410)
    expect(await wasFetched(test.sql, ref)).toBe(false)
  })
})

describe('whose files', () => {
  it('an outsider sees none of them, whatever the address; a signed-out person signs in', async () => {
    const id = await upload('mine.jpg', await makeImage({ width: 71, height: 64 }))
    for (const path of ['', `/${id}`, `/${id}/file`, `/${id}/thumbnail`, '?picker=1']) {
      expect((await test.cast.outsider.get(`/w/northside/media${path}`)).status).toBe(404)
      expect((await test.cast.stranger.get(`/w/northside/media${path}`)).status).toBe(303)
      expect((await test.cast.manager.get(`/w/northside/media${path}`)).status).toBe(200)
    }
    for (const path of [`/${id}`, `/${id}/file`, `/${id}/thumbnail`])
      expect((await test.cast.outsider.get(`/w/elsewhere/media${path}`)).status).toBe(404)
    expect((await test.cast.outsider.post(`/w/elsewhere/media/${id}/delete`)).status).toBe(404)
    expect((await put(test.cast.outsider, 'x.jpg', await makeImage({ width: 64, height: 64 }))).status).toBe(404)
    expect((await test.cast.outsider.get('/w/elsewhere/media')).text).not.toContain('mine.jpg')
  })

  it('a file in a post is kept; an unused one is deleted with its bytes', async () => {
    const id = await upload('used.jpg', await makeImage({ width: 72, height: 64 }))
    const { channelId } = await insertChannel(test.deps, {
      workspaceId: test.workspaces.northside,
      userId: test.cast.admin.id,
      platform: 'facebook',
    })
    const { postId } = await insertTarget(test.deps, {
      workspaceId: test.workspaces.northside,
      channelId,
      platform: 'facebook',
      mediaIds: [id],
    })
    const page = await test.cast.manager.get(`/w/northside/media/${id}`)
    expect(page.text).toContain(`/w/northside/posts/${postId}`)
    const refused = await test.cast.manager.post(`/w/northside/media/${id}/delete`)
    expect([refused.status, refused.text.includes('A post holds this file')]).toEqual([409, true])
    await test.sql`delete from posts where id = ${postId}`
    const { storeKey, thumbnailKey } = await rowOf(id)
    const deleted = await test.cast.manager.post(`/w/northside/media/${id}/delete`)
    expect([deleted.status, deleted.location]).toEqual([303, '/w/northside/media?said=media-deleted'])
    expect(await test.deps.mediaStore.size(storeKey)).toBeNull()
    expect(await test.deps.mediaStore.size(thumbnailKey)).toBeNull()
    const events = await test.sql<{ name: string }[]>`select name from events where subject_id = ${id} order by at`
    expect(events.map((event) => event.name)).toEqual(['media.uploaded', 'media.deleted'])
  })
})

const noise = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } } })
    .jpeg()
    .toBuffer()

const bomb = (): Promise<Buffer> =>
  sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: '#000' } })
    .png({ compressionLevel: 9 })
    .toBuffer()

const animation = async (): Promise<Buffer> => {
  const frames = await sharp({ create: { width: 20, height: 40, channels: 3, background: '#a33' } })
    .raw()
    .toBuffer()
  for (let at = 0; at < 20 * 20 * 3; at++) frames[at] = 20
  return await sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } })
    .gif()
    .toBuffer()
}

const cutIndex = (video: Buffer): Buffer => video.subarray(0, video.indexOf('moov') - 4)
const garbled = (video: Buffer): Buffer => {
  const bytes = Buffer.from(video)
  bytes.write('\u0001\u0002', bytes.indexOf('mdat'))
  return bytes
}
