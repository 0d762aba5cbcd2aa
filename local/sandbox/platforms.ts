import type { Apps } from './companies.ts'
import { metaPlatform } from './graph/platform.ts'
import type { Platform } from './platform.ts'
import { tiktokPlatform } from './tiktok/platform.ts'
import type { World } from './world.ts'

/** Starts each company of companies.ts. */
export const createPlatforms = (world: World, apps: Apps): Platform[] => [
  metaPlatform(world, apps.meta),
  tiktokPlatform(world, apps.tiktok),
]
