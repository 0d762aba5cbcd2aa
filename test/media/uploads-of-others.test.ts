import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { begin, offsetOf, sendPart, tus } from '../support/tus.ts'

let test: TestApp

beforeAll(async () => {
  test = await createTestApp()
})

it('two people upload at the same time, in parts, and each file arrives as it was', async () => {
  // Its rate has to be converted, so the upload itself is kept.
  const video = (label: string) =>
    makeVideo({ width: 480, height: 480, durationMs: 2_000, fps: 120, fillerBytes: 8_000, label })
  const people = [test.cast.manager, test.cast.admin]
  const sent = await Promise.all(
    people.map(async (person, index) => {
      const bytes = await video(`of person ${index}`)
      const address = await begin(person, `${index}.mp4`, bytes.length)
      const partBytes = Math.ceil(bytes.length / 7)
      let last = await tus(person, 'HEAD', address)
      for (let offset = 0; offset < bytes.length; offset += partBytes) {
        last = await sendPart(person, address, offset, bytes.subarray(offset, offset + partBytes))
        expect(last.status, last.text).toBe(204)
      }
      const id = /media\/(.+)$/.exec(last.headers.get('Content-Location') ?? '')?.[1] ?? ''
      return { id, owner: person.id, sha256: createHash('sha256').update(bytes).digest('hex') }
    }),
  )
  const rows = await test.sql<{ id: string; owner: string; sha256: string }[]>`
    select id, uploaded_by as owner, encode(sha256, 'hex') as sha256 from media`
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)
  expect([...rows].sort(byId)).toEqual(sent.sort(byId))
  expect(new Set(sent.map(({ sha256 }) => sha256)).size).toBe(2)
})

describe('another person', () => {
  it('can neither see, continue nor cancel an upload, in the same workspace or from another', async () => {
    const { manager, admin, outsider, operator, stranger } = test.cast
    const address = await begin(manager, 'mine.jpg', 1_000)
    const elsewhere = address.replace('northside', 'elsewhere')
    const asked: [typeof admin, string][] = [
      [admin, address],
      [outsider, address],
      [outsider, elsewhere],
      [operator, address],
    ]
    for (const [person, at] of asked) {
      expect((await tus(person, 'HEAD', at)).status).toBe(404)
      expect((await sendPart(person, at, 0, Buffer.alloc(10))).status).toBe(404)
      expect((await tus(person, 'DELETE', at)).status).toBe(404)
    }
    expect(
      (await sendPart({ request: stranger.request }, address, 0, Buffer.alloc(10))).status,
    ).toBe(303)
    expect(await offsetOf(manager, address)).toBe(0)
  })

  it('gets 401 instead of a page when the script’s session has ended', async () => {
    const headers = { 'HX-Request-Type': 'partial', 'Upload-Length': '5' }
    const answer = await tus(
      { request: test.cast.stranger.request },
      'POST',
      '/w/northside/uploads',
      headers,
    )
    expect(answer.status).toBe(401)
  })

  it('who was removed from the workspace can’t go on', async () => {
    const leaver = await test.addPerson('Lea Leaver')
    await test.sql`insert into memberships (workspace_id, user_id, role) values (${test.workspaces.northside}, ${leaver.id}, 'manager')`
    const address = await begin(leaver, 'left.jpg', 1_000)
    expect((await sendPart(leaver, address, 0, Buffer.alloc(400))).status).toBe(204)
    expect((await test.cast.admin.post(`/w/northside/people/${leaver.id}/remove`, {})).status).toBe(
      303,
    )
    expect((await sendPart(leaver, address, 400, Buffer.alloc(600))).status).toBe(404)
  })

  it('on another page can’t send parts: the origin is checked as for every change', async () => {
    const headers = { 'Upload-Length': '5', Origin: 'https://evil.example' }
    expect((await tus(test.cast.manager, 'POST', '/w/northside/uploads', headers)).status).toBe(403)
    const address = await begin(test.cast.manager, 'a.jpg', 5)
    for (const method of ['PATCH', 'DELETE'] as const)
      expect(
        (
          await tus(
            test.cast.manager,
            method,
            address,
            { Origin: 'https://evil.example' },
            Buffer.alloc(5),
          )
        ).status,
      ).toBe(403)
  })
})
