import { Hono } from 'hono'
import type { Platform } from '../platform.ts'
import type { SandboxEnv, World } from '../world.ts'

export type MetaApp = { id: string; secret: string; name: string; redirectUris: string[] }

export function metaPlatform(_world: World, _app: MetaApp): Platform {
  return { hosts: {}, control: new Hono<SandboxEnv>(), seed() {}, resume() {}, accounts: () => [] }
}
