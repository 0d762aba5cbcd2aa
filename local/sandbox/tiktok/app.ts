import { randomBytes } from 'node:crypto'
import { type Company, listIn } from '../company.ts'
import type { TikTokApp } from './context.ts'

export const tiktokCompany: Company<TikTokApp> = {
  hosts: { 'https://www.tiktok.com': '/tiktok', 'https://open.tiktokapis.com': '/tiktok-api' },
  newApp: () => ({
    TIKTOK_CLIENT_KEY: `aw${randomBytes(8).toString('hex')}`,
    TIKTOK_CLIENT_SECRET: randomBytes(16).toString('hex'),
  }),
  appOf: (env) => ({
    key: env.TIKTOK_CLIENT_KEY ?? 'sandbox-tiktok-key',
    secret: env.TIKTOK_CLIENT_SECRET ?? 'sandbox-tiktok-secret',
    name: env.SANDBOX_APP_NAME ?? 'Test app',
    redirectUris: listIn(env.TIKTOK_REDIRECT_URIS),
    type: env.TIKTOK_APP_TYPE === 'desktop' ? 'desktop' : 'web',
    verifiedPrefixes: listIn(env.TIKTOK_VERIFIED_PREFIXES),
    audited: isAudited(env),
    webhookUrl: env.TIKTOK_WEBHOOK_URL,
  }),
  isReviewed: isAudited,
  callbacks: { Webhook: 'tiktokWebhookUrl' },
  variables: ['TIKTOK_AUDITED', 'TIKTOK_WEBHOOK_URL'],
}

function isAudited(env: NodeJS.ProcessEnv): boolean {
  return env.TIKTOK_AUDITED !== '0'
}
