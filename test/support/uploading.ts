import sharp from 'sharp'
import { expect } from 'vitest'
import { findMedia, type Media } from '../../db/posts/media.ts'
import type { Person, TestApp } from './app.ts'

export const origin = 'http://localhost:3000'

/** Uploads a file as the page's script does. */
export const put = async (
  person: Pick<Person, 'request'>,
  name: string,
  body: Buffer,
  headers: Record<string, string> = { Origin: origin },
): Promise<{ status: number; text: string }> => {
  const address = `/w/northside/media/${encodeURIComponent(name)}`
  const answer = await person.request(address, {
    method: 'PUT',
    body: new Uint8Array(body),
    headers,
  })
  return { status: answer.status, text: await answer.text() }
}

/** Uploads as the manager. Returns the id of the file. */
export const upload = async (test: TestApp, name: string, body: Buffer): Promise<string> => {
  const { status, text } = await put(test.cast.manager, name, body)
  expect(status, text).toBe(201)
  return /data-media="([0-9a-f-]{36})"/.exec(text)?.[1] ?? ''
}

export const rowOf = async (test: TestApp, id: string): Promise<Media> => {
  const media = await findMedia(test.sql, test.workspaces.northside, id)
  if (!media) throw new Error(`there is no media ${id}`)
  return media
}

export const bytesOf = async (test: TestApp, id: string): Promise<Buffer> => {
  const answer = await test.cast.manager.request(`/w/northside/media/${id}/file`, {})
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

/** An image of noise, which hardly compresses. */
export const noise = (width: number, height: number): Promise<Buffer> =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .jpeg()
    .toBuffer()
