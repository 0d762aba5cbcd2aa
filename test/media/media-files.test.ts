import { beforeAll, describe, expect, it } from 'vitest'
import { linkForAttempt, retireLinks, wasFetched } from '../../db/posts/media-links.ts'
import { makeImage } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { bytesOf, noise, put, rowOf, upload } from '../support/uploading.ts'

let test: TestApp

beforeAll(async () => {
  test = await createTestApp()
})

describe('public media URLs', () => {
  const publish = async () => {
    const mediaId = await upload(test, 'public.jpg', await noise(300, 200))
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
    const file = { mediaId, workspaceId: test.workspaces.northside, renditionId: null }
    const link = { ...ref, ...file, revision: 1 }
    return {
      mediaId,
      ref,
      link,
      name: await linkForAttempt(test.sql, link),
      bytes: await bytesOf(test, mediaId),
    }
  }
  const fetch = (name: string, init: RequestInit = {}) =>
    test.cast.stranger.request(`/media/${name}`, init)

  it('promise D4: cannot be guessed, and each attempt has its own', async () => {
    const { name, link } = await publish()
    expect(name).toMatch(/^[A-Za-z0-9_-]{32}\.jpg$/)
    expect(await linkForAttempt(test.sql, link)).toBe(name)
    expect(await linkForAttempt(test.sql, { ...link, attemptNumber: 2 })).not.toBe(name)
    await expect(
      linkForAttempt(test.sql, {
        ...link,
        attemptNumber: 3,
        workspaceId: test.workspaces.elsewhere,
      }),
    ).rejects.toThrow()
    expect((await fetch('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.jpg')).status).toBe(404)
  })

  it('need no session, allow other origins to read, and run nothing', async () => {
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

  it('answer HEAD, single ranges and conditional requests', async () => {
    const { name, bytes } = await publish()
    const head = await fetch(name, { method: 'HEAD' })
    expect([
      head.status,
      head.headers.get('Content-Length'),
      (await head.arrayBuffer()).byteLength,
    ]).toEqual([200, String(bytes.length), 0])
    const ranges: [string, Buffer, string][] = [
      ['bytes=0-9', bytes.subarray(0, 10), `bytes 0-9/${bytes.length}`],
      ['bytes=100-', bytes.subarray(100), `bytes 100-${bytes.length - 1}/${bytes.length}`],
      [
        'bytes=-7',
        bytes.subarray(-7),
        `bytes ${bytes.length - 7}-${bytes.length - 1}/${bytes.length}`,
      ],
      ['bytes=5-99999999', bytes.subarray(5), `bytes 5-${bytes.length - 1}/${bytes.length}`],
    ]
    for (const [range, part, words] of ranges) {
      const answer = await fetch(name, { headers: { Range: range } })
      expect([answer.status, answer.headers.get('Content-Range')]).toEqual([206, words])
      expect(Buffer.from(await answer.arrayBuffer()).equals(part)).toBe(true)
    }
    const beyond = await fetch(name, { headers: { Range: `bytes=${bytes.length}-` } })
    expect([beyond.status, beyond.headers.get('Content-Range')]).toEqual([
      416,
      `bytes */${bytes.length}`,
    ])
    expect((await fetch(name, { headers: { Range: 'bytes=0-1,4-5' } })).status).toBe(200)
    const etag = head.headers.get('ETag') ?? ''
    expect((await fetch(name, { headers: { 'If-None-Match': etag } })).status).toBe(304)
    expect(
      (await fetch(name, { headers: { Range: 'bytes=0-1', 'If-Range': '"other"' } })).status,
    ).toBe(200)
    expect((await fetch(name, { headers: { Range: 'bytes=0-1', 'If-Range': etag } })).status).toBe(
      206,
    )
  })

  it('record whether they were fetched, and are gone (410) once retired', async () => {
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

  it('that were never fetched before they were retired stay unfetched', async () => {
    const { name, ref } = await publish()
    await retireLinks(test.sql, ref)
    expect((await fetch(name)).status).toBe(410)
    expect(await wasFetched(test.sql, ref)).toBe(false)
  })
})

describe('files of a workspace', () => {
  it('are hidden from outsiders, whatever the path; signed-out people are asked to sign in', async () => {
    const id = await upload(test, 'mine.jpg', await makeImage({ width: 71, height: 64 }))
    const files = ['file', 'original', 'thumbnail', 'medium'].map((what) => `/${id}/${what}`)
    for (const path of ['', `/${id}`, ...files, '?picker=1']) {
      expect((await test.cast.outsider.get(`/w/northside/media${path}`)).status).toBe(404)
      expect((await test.cast.stranger.get(`/w/northside/media${path}`)).status).toBe(303)
      expect((await test.cast.manager.get(`/w/northside/media${path}`)).status).toBe(200)
    }
    for (const path of [`/${id}`, ...files])
      expect((await test.cast.outsider.get(`/w/elsewhere/media${path}`)).status).toBe(404)
    expect((await test.cast.outsider.post(`/w/elsewhere/media/${id}/delete`)).status).toBe(404)
    expect(
      (await put(test.cast.outsider, 'x.jpg', await makeImage({ width: 64, height: 64 }))).status,
    ).toBe(404)
    expect((await test.cast.outsider.get('/w/elsewhere/media')).text).not.toContain('mine.jpg')
  })

  it('are deleted with their bytes when unused, and kept while they are in a post', async () => {
    const id = await upload(test, 'used.jpg', await makeImage({ width: 72, height: 64 }))
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
    expect([refused.status, refused.text.includes('Posts still need this file')]).toEqual([
      409,
      true,
    ])
    await test.sql`delete from posts where id = ${postId}`
    const { storeKey, thumbnailKey } = await rowOf(test, id)
    const deleted = await test.cast.manager.post(`/w/northside/media/${id}/delete`)
    expect([deleted.status, deleted.location]).toEqual([
      303,
      '/w/northside/media?said=media-deleted',
    ])
    expect(await test.deps.mediaStore.size(storeKey)).toBeNull()
    expect(await test.deps.mediaStore.size(thumbnailKey ?? '')).toBeNull()
    const events = await test.sql<
      { name: string }[]
    >`select name from events where subject_id = ${id} order by at`
    expect(events.map((event) => event.name)).toEqual(['media.uploaded', 'media.deleted'])
  })
})
