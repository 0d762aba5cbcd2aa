import { expect, it } from 'vitest'
import { apiClient } from '../support/api.ts'
import { createTestApp } from '../support/app.ts'
import { postIdIn } from '../support/posts.ts'

it('an internal note is autosaved, in Saved versions and on the post’s page, and never in the API', async () => {
  const test = await createTestApp()
  const { manager, admin } = test.cast
  const base = '/w/northside/posts'
  const typed = { key: crypto.randomUUID(), text: 'Five records', note: 'Ask Amber\r\nby Friday' }
  const saved = await manager.post(`${base}/autosave`, new URLSearchParams(typed))
  const { postId } = JSON.parse(saved.text) as { postId: string }
  const noteOf = async (id: string) =>
    (await test.sql<{ note: string }[]>`select note from posts where id = ${id}`)[0]?.note
  expect(await noteOf(postId)).toBe('Ask Amber\nby Friday')

  const page = await manager.get(`${base}/${postId}`)
  expect(page.text).toMatch(/Only your team sees this[\s\S]*Ask Amber\nby Friday/)
  expect((await manager.get(`${base}/${postId}/versions`)).text).toContain('Ask Amber')
  expect((await manager.get(`${base}/${postId}/edit`)).text).toMatch(
    /name="note"[^>]*>Ask Amber\nby Friday<\/textarea>/,
  )

  const api = await apiClient(test, { workspaceId: test.workspaces.northside, userId: admin.id })
  const read = await api.call('GET', `/posts/${postId}`)
  expect(read.body.text).toBe('Five records')
  const changed = await api.call('PATCH', `/posts/${postId}`, {
    body: { text: 'Six records' },
    headers: { 'If-Match': read.headers.get('ETag') ?? '' },
  })
  expect(changed.status).toBe(200)
  expect(JSON.stringify([read.body, changed.body])).not.toContain('Amber')
  expect(await noteOf(postId)).toBe('Ask Amber\nby Friday')

  const copy = await manager.post(`${base}/${postId}/duplicate`, new URLSearchParams())
  expect(await noteOf(postIdIn(copy.location))).toBe('Ask Amber\nby Friday')
  const tooLong = await manager.post(
    `${base}/autosave`,
    new URLSearchParams({ ...typed, key: crypto.randomUUID(), note: 'x'.repeat(2_001) }),
  )
  expect(tooLong.status).toBe(400)
})
