import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createTestApp } from '../../support/app.ts'
import { connectAll } from '../../support/posts.ts'

const kb = 1024

it('the composer for three accounts is at most 20 KB of HTML, 15 KB of styles and 30 KB of scripts, compressed', async () => {
  const test = await createTestApp()
  const { admin } = test.cast
  const channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: admin.id,
  })
  const chosen = Object.values(channels).map((id) => `channel=${id}`)
  const { text: html } = await admin.get(`/w/northside/posts/new?${chosen.join('&')}`)
  const loaded = async (pattern: RegExp) => {
    const paths = [...html.matchAll(pattern)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(0)
    const files = await Promise.all(paths.map((path) => admin.get(path)))
    return files.reduce((sum, file) => sum + gzipSync(file.text).length, 0)
  }
  const styles = await loaded(/<link rel="stylesheet" href="([^"]+)"/g)
  const scripts = await loaded(/<script defer src="([^"]+(?<!htmx)\.js)"/g)
  expect(gzipSync(html).length).toBeLessThan(20 * kb)
  expect(styles).toBeLessThan(15 * kb)
  expect(scripts).toBeLessThan(30 * kb)
})
