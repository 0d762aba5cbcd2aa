import { randomBytes } from 'node:crypto'
import { defineCompany, listIn } from '../company.ts'
import type { MetaApp } from './meta.ts'
import { metaSettings } from './settings.ts'

export const metaCompany = defineCompany({
  name: 'meta',
  hosts: {
    'https://graph.facebook.com': '/graph',
    'https://graph-video.facebook.com': '/graph-video',
    'https://www.facebook.com': '/facebook',
    'https://rupload.facebook.com': '/rupload',
  },
  newApp: () => ({
    META_APP_ID: String(randomBytes(6).readUIntBE(0, 6) + 10 ** 15),
    META_APP_SECRET: randomBytes(16).toString('hex'),
  }),
  isReviewed: () => true,
  callbacks: {
    'Deauthorize callback': 'deauthorizeUrl',
    'Data deletion request': 'dataDeletionUrl',
  },
  variables: ['META_DEAUTHORIZE_URL', 'META_DATA_DELETION_URL'],
  settings: metaSettings,
  // Loaded here, so that reading the facts above does not load the server.
  start: async (world, settings, env) => {
    const { metaPlatform } = await import('./platform.ts')
    return metaPlatform(world, settings, appOf(env))
  },
})

const appOf = (env: NodeJS.ProcessEnv): MetaApp => ({
  id: env.META_APP_ID ?? '1000000000000001',
  secret: env.META_APP_SECRET ?? 'sandbox-meta-secret',
  name: env.SANDBOX_APP_NAME ?? 'Test app',
  redirectUris: listIn(env.META_REDIRECT_URIS),
  deauthorizeUrl: env.META_DEAUTHORIZE_URL,
  dataDeletionUrl: env.META_DATA_DELETION_URL,
})
