import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import type { SandboxEnv, World } from './world.ts'

/** Control port: stores a file for use in older posts. Responds with its hash and content type. */
export function mediaControl(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  app.post('/', async (c) => {
    await mkdir(world.dir, { recursive: true })
    const path = join(world.dir, `given-${randomUUID()}`)
    await writeFile(path, new Uint8Array(await c.req.arrayBuffer()))
    const { sha256, contentType } = await world.media.keep(path)
    return c.json({ sha256, contentType }, 201)
  })
  return app
}
