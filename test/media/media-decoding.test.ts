import { setTimeout as pause } from 'node:timers/promises'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { createDecodeQueue, decodeLimits } from '../../media/queue.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { noise, origin, upload } from '../support/uploading.ts'

let test: TestApp
let video: string

beforeAll(async () => {
  test = await createTestApp()
  video = await upload(
    test,
    'clip.mp4',
    await makeVideo({ width: 480, height: 480, durationMs: 1000 }),
  )
})

const sendFrame = async (body: Buffer): Promise<{ status: number; text: string }> => {
  const answer = await test.cast.manager.request(`/w/northside/media/${video}/frame`, {
    method: 'PUT',
    body: new Uint8Array(body),
    headers: { Origin: origin, 'Content-Type': 'image/jpeg' },
  })
  return { status: answer.status, text: await answer.text() }
}

describe('the frame of a video', () => {
  it('is accepted as JPEG, PNG or WebP', async () => {
    for (const format of ['jpeg', 'png', 'webp'] as const)
      expect(
        (await sendFrame(await makeImage({ width: 64, height: 64, format }))).status,
        format,
      ).toBe(204)
  })

  it('is refused when its bytes are anything else, whatever its Content-Type', async () => {
    const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: '#a33' } })
    const others = {
      gif: await picture.gif().toBuffer(),
      avif: await picture.avif().toBuffer(),
      tiff: await picture.tiff().toBuffer(),
      pdf: Buffer.from(
        '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF',
      ),
      svg: Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      ),
      'svg after white space': Buffer.from(
        `${' '.repeat(3000)}<svg xmlns="http://www.w3.org/2000/svg"/>`,
      ),
      nothing: Buffer.alloc(0),
    }
    for (const [name, bytes] of Object.entries(others)) {
      const answer = await sendFrame(bytes)
      expect(answer.status, name).toBe(422)
      expect(answer.text, name).toContain('not a picture of the type JPEG, PNG or WEBP')
    }
  })

  it('is refused at once when it is a drawing with many filters, and other uploads continue meanwhile', async () => {
    const filters = Array.from(
      { length: 400 },
      (_, i) => `<feGaussianBlur stdDeviation="${40 + i}"/>`,
    ).join('')
    const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="4000"><filter id="f">${filters}</filter><rect width="4000" height="4000" filter="url(#f)"/></svg>`
    const startedAt = performance.now()
    const [frame, other] = await Promise.all([
      sendFrame(Buffer.from(drawing)),
      putPicture(test.cast.outsider, 'elsewhere', await makeImage({ width: 64, height: 64 })),
    ])
    expect([frame.status, other]).toEqual([422, 201])
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})

it('loaders for drawings, documents and rare picture types are blocked in the whole process', async () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  )
  const tiff = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#a33' } })
    .tiff()
    .toBuffer()
  for (const bytes of [svg, tiff])
    await expect(sharp(bytes).png().toBuffer()).rejects.toThrow('unsupported image format')
})

it('a workspace that uploads many large pictures does not delay another workspace', {
  timeout: 120_000,
}, async () => {
  const large = await noise(2500, 2500)
  const small = await makeImage({ width: 64, height: 64 })
  let done = 0
  const busy = Array.from({ length: 4 }, () =>
    putPicture(test.cast.manager, 'northside', large).then((status) => {
      done += 1
      return status
    }),
  )
  await pause(200)
  expect(await putPicture(test.cast.outsider, 'elsewhere', small)).toBe(201)
  expect(done).toBeLessThan(3)
  expect(await Promise.all(busy)).toEqual([201, 201, 201, 201])
})

const putPicture = async (person: Person, workspace: string, body: Buffer): Promise<number> => {
  const init = { method: 'PUT', body: new Uint8Array(body), headers: { Origin: origin } }
  return (await person.request(`/w/${workspace}/media/picture.jpg`, init)).status
}

describe('the queue for decoding', () => {
  const never = () => new Promise<void>(() => undefined)

  it('runs one job per workspace and two in total, and lets workspaces take turns', async () => {
    const order: string[] = []
    const inTurn = createDecodeQueue()
    const job = (workspace: string, name: string) =>
      inTurn(workspace, async () => {
        order.push(`+${name}`)
        await pause(20)
        order.push(`-${name}`)
      })
    await Promise.all([
      job('a', 'a1'),
      job('a', 'a2'),
      job('a', 'a3'),
      job('b', 'b1'),
      job('c', 'c1'),
    ])
    expect(order.slice(0, 2)).toEqual(['+a1', '+b1'])
    expect(order.indexOf('+a2')).toBeGreaterThan(order.indexOf('-a1'))
    expect(order.indexOf('+c1')).toBeLessThan(order.indexOf('+a3'))
    let running = 0
    for (const entry of order) {
      running += entry.startsWith('+') ? 1 : -1
      expect(running).toBeLessThanOrEqual(2)
    }
  })

  it('refuses jobs above the limit of waiting jobs per workspace, but only for that workspace', async () => {
    const inTurn = createDecodeQueue({ ...decodeLimits, waiting: 2 })
    for (let i = 0; i < 3; i += 1) void inTurn('a', never)
    await expect(inTurn('a', never)).rejects.toMatchObject({ reason: 'busy', status: 429 })
    expect(await inTurn('b', async () => 'b')).toBe('b')
  })

  it('gives the slot of a job that never ends to the next one, and says so', async () => {
    const inTurn = createDecodeQueue({ running: 1, waiting: 5, deadlineMs: 50 })
    const stuck = inTurn('a', never)
    const next = inTurn('b', async () => 'b')
    await expect(stuck).rejects.toThrow('took too long to read')
    expect(await next).toBe('b')
  })

  it('continues after a job that failed', async () => {
    const inTurn = createDecodeQueue()
    await expect(inTurn('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await inTurn('a', async () => 'a')).toBe('a')
  })
})
