import { metaAppOf } from './graph/app.ts'
import { type MetaApp, metaPlatform } from './graph/platform.ts'
import type { Platform } from './platform.ts'
import { tiktokAppOf } from './tiktok/app.ts'
import { type TikTokApp, tiktokPlatform } from './tiktok/platform.ts'
import type { World } from './world.ts'

// The registry of the simulated companies. Their settings are in settings.ts.

/** The tester's app at each company. */
export type Apps = { meta: MetaApp; tiktok: TikTokApp }

/** The apps as the sandbox's environment describes them. */
export const appsOf = (env: NodeJS.ProcessEnv): Apps => ({ meta: metaAppOf(env), tiktok: tiktokAppOf(env) })

export const createPlatforms = (world: World, apps: Apps): Platform[] => [
  metaPlatform(world, apps.meta),
  tiktokPlatform(world, apps.tiktok),
]
