import { createFacebook } from '../facebook/index.ts'
import { createInstagram } from '../instagram/index.ts'
import { defineIssuer } from '../issuer-module.ts'
import { createMetaIssuer } from './grant.ts'
import { metaPolicy } from './policy.ts'
import { metaSettings, readMetaSettings } from './settings.ts'

export const meta = defineIssuer({
  settings: metaSettings,
  read: readMetaSettings,
  policy: metaPolicy,
  create: (settings, { now, notePressure }) => {
    const graph = { ...settings, notePressure }
    return {
      issuer: createMetaIssuer(graph, now),
      platforms: [createFacebook(graph), createInstagram(graph)],
    }
  },
})
