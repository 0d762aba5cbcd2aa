import { defineIssuer } from '../issuer-module.ts'
import { createTiktokIssuer } from './grant.ts'
import { createTiktok } from './index.ts'
import { tiktokPolicy } from './policy.ts'
import { readTiktokSettings, tiktokSettings } from './settings.ts'

export const tiktok = defineIssuer({
  settings: tiktokSettings,
  read: readTiktokSettings,
  policy: tiktokPolicy,
  create: (settings, { now }) => ({
    issuer: createTiktokIssuer(settings, now),
    platforms: [createTiktok(settings)],
  }),
})
