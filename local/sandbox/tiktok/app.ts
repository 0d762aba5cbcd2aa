import { randomBytes } from 'node:crypto'
import { defineCompany, listIn } from '../company.ts'
import type { TikTokApp } from './context.ts'
import { tiktokSettings } from './settings.ts'

export const tiktokCompany = defineCompany({
  name: 'tiktok',
  hosts: { 'https://www.tiktok.com': '/tiktok', 'https://open.tiktokapis.com': '/tiktok-api' },
  newApp: () => ({
    TIKTOK_CLIENT_KEY: `aw${randomBytes(8).toString('hex')}`,
    TIKTOK_CLIENT_SECRET: randomBytes(16).toString('hex'),
  }),
  isReviewed: isAudited,
  callbacks: { Webhook: 'tiktokWebhookUrl' },
  variables: ['TIKTOK_AUDITED', 'TIKTOK_WEBHOOK_URL'],
  settings: tiktokSettings,
  // Loaded here, so that reading the facts above does not load the server.
  start: async (world, settings, env) => {
    const { tiktokPlatform } = await import('./platform.ts')
    return tiktokPlatform(world, settings, appOf(env))
  },
})

const appOf = (env: NodeJS.ProcessEnv): TikTokApp => ({
  key: env.TIKTOK_CLIENT_KEY ?? 'sandbox-tiktok-key',
  secret: env.TIKTOK_CLIENT_SECRET ?? 'sandbox-tiktok-secret',
  name: env.SANDBOX_APP_NAME ?? 'Test app',
  redirectUris: listIn(env.TIKTOK_REDIRECT_URIS),
  type: env.TIKTOK_APP_TYPE === 'desktop' ? 'desktop' : 'web',
  verifiedPrefixes: listIn(env.TIKTOK_VERIFIED_PREFIXES),
  audited: isAudited(env),
  webhookUrl: env.TIKTOK_WEBHOOK_URL,
})

function isAudited(env: NodeJS.ProcessEnv): boolean {
  return env.TIKTOK_AUDITED !== '0'
}
