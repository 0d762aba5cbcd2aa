import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { addMedia, connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, { workspaceId: test.workspaces.northside, userId: test.cast.admin.id })
})

const image = (facts = {}) => addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, facts)
const compose = (fields: [string, string][]) => test.cast.manager.post(base, new URLSearchParams(fields))

describe('composing', () => {
  it('shows every connected account, and nothing is chosen before a person chooses', async () => {
    const page = await test.cast.manager.get(`${base}/new`)
    expect(page.status).toBe(200)
    expect(page.text.match(/name="channel"/g)).toHaveLength(3)
    expect(page.text).not.toMatch(/name="channel"[^>]*checked/)
  })

  it('a draft is saved as it is, however unfinished', async () => {
    const answer = await compose([
      ['text', 'Half a thought'],
      ['channel', channels.instagram],
      ['act', 'save'],
    ])
    expect(answer.status).toBe(303)
    const page = await test.cast.manager.get(answer.location ?? '')
    expect(page.text).toContain('Saved as a draft.')
    expect(page.text).toContain('Half a thought')
  })

  it('names platform, item and rule when a post cannot go out', async () => {
    const [first, third] = [await image(), await image({ width: 4000, height: 100 })]
    const answer = await compose([
      ['text', 'Saturday hours'],
      ['channel', channels.instagram],
      ['media', first],
      ['media', third],
      ['time', '2099-11-26T10:00'],
      ['act', 'schedule'],
    ])
    expect(answer.status).toBe(422)
    expect(answer.text).toMatch(/<li data-rule="[a-z_]+">Instagram, picture 2: [^<]+<\/li>/)
  })
})
