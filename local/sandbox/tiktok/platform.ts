import { Hono } from 'hono'
import type { Platform } from '../platform.ts'
import type { SandboxEnv, World } from '../world.ts'
import type { TikTokApp } from './context.ts'

export type { TikTokApp }

export function tiktokPlatform(_world: World, _app: TikTokApp): Platform {
  return { hosts: {}, control: new Hono<SandboxEnv>(), seed() {}, resume() {}, accounts: () => [] }
}
