import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { createMediaStore } from '../../media/create-store.ts'
import type { MediaStore } from '../../media/store.ts'
import { createTestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { startS3 } from '../support/servers/s3.ts'
import { noise, upload } from '../support/uploading.ts'

/** Compares as bytes, because a matcher would compare them one by one. */
const same = async (stream: Readable, bytes: Buffer): Promise<boolean> =>
  (await buffer(stream)).equals(bytes)
const key = () => randomBytes(24).toString('base64url')

const openStore = {
  'a folder': async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cratesocial-store-'))
    atTheEnd(() => rm(folder, { recursive: true, force: true }))
    return createMediaStore(testConfig({ MEDIA_URL: pathToFileURL(folder).href }).media)
  },
  'a bucket': async () => createMediaStore((await configOfBucket()).media),
}

let s3: ReturnType<typeof startS3> | undefined
const configOfBucket = async () => {
  s3 ??= startS3()
  const { url, endpoint, credentials } = await s3
  return testConfig({
    MEDIA_URL: url,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: credentials?.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials?.secretAccessKey,
  })
}

describe.each(Object.entries(openStore))('media in %s', (_, open) => {
  let store: MediaStore
  beforeAll(async () => {
    store = await open()
  }, 300_000) // the first run on a machine installs the S3 server

  it('returns what was stored, as a whole or in part', async () => {
    const [name, bytes] = [key(), randomBytes(300_000)]
    await store.put(name, Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]))
    expect(await store.size(name)).toBe(bytes.length)
    expect(await same(store.open(name), bytes)).toBe(true)
    expect(
      await same(store.open(name, { start: 1_000, end: 1_999 }), bytes.subarray(1_000, 2_000)),
    ).toBe(true)
    expect(await same(store.open(name, { start: 0, end: 0 }), bytes.subarray(0, 1))).toBe(true)
  })

  it('takes over a finished file', async () => {
    const [name, bytes] = [`${key()}.zip`, randomBytes(200_000)]
    const path = join(await store.scratch(), key())
    await writeFile(path, bytes)
    await store.putFile(name, path)
    await expect(stat(path)).rejects.toThrow('ENOENT')
    expect(await same(store.open(name), bytes)).toBe(true)
  })

  it('keeps nothing of a stream that breaks', async () => {
    const name = key()
    const breaking = async function* () {
      yield randomBytes(1_000)
      throw new Error('gone')
    }
    await expect(store.put(name, Readable.from(breaking()))).rejects.toThrow('gone')
    expect(await store.size(name)).toBeNull()
    expect(await readdir(await store.scratch())).toEqual([])
  })

  it('is removed permanently, and removing a missing key does nothing', async () => {
    const name = key()
    await store.put(name, Readable.from([Buffer.from('a record')]))
    await store.remove(name)
    await store.remove(name)
    expect(await store.size(name)).toBeNull()
    await expect(buffer(store.open(name))).rejects.toThrow()
  })

  it('lists its keys, and stops reading when the reader stops', async () => {
    const [name, bytes] = [key(), randomBytes(3_000_000)]
    await store.put(name, Readable.from([bytes]))
    const keys: string[] = []
    for await (const found of store.list()) keys.push(found)
    expect(keys).toContain(name)
    for await (const chunk of store.open(name)) {
      expect((chunk as Buffer).length).toBeLessThan(bytes.length)
      break
    }
  })

  it('refuses a key that could leave its folder', async () => {
    await expect(async () => store.size('../../etc/passwd')).rejects.toThrow('random name')
    await expect(async () => buffer(store.open('../../etc/passwd'))).rejects.toThrow('random name')
  })
})

it('uploads and their URLs work the same with a bucket', { timeout: 120_000 }, async () => {
  const config = await configOfBucket()
  const test = await createTestApp({ config, mediaStore: await createMediaStore(config.media) })
  const image = await noise(300, 200)
  const id = await upload(test, 'bucket.jpg', image)
  const file = `/w/northside/media/${id}/file`
  const whole = await test.cast.manager.request(file, {})
  expect(whole.status).toBe(200)
  const bytes = Buffer.from(await whole.arrayBuffer())
  const part = await test.cast.manager.request(file, { headers: { Range: 'bytes=10-19' } })
  expect(part.status).toBe(206)
  expect(part.headers.get('Content-Range')).toBe(`bytes 10-19/${bytes.length}`)
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true)
  expect((await test.cast.manager.request(`/w/northside/media/${id}/thumbnail`, {})).status).toBe(
    200,
  )
})
