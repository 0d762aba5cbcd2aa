import { listIn } from '../env-list.ts'
import type { TikTokApp } from './context.ts'

/** The tester's app as the sandbox's environment describes it. */
export const tiktokAppOf = (env: NodeJS.ProcessEnv): TikTokApp => ({
  key: env.TIKTOK_CLIENT_KEY ?? 'sandbox-tiktok-key',
  secret: env.TIKTOK_CLIENT_SECRET ?? 'sandbox-tiktok-secret',
  name: env.SANDBOX_APP_NAME ?? 'Test app',
  redirectUris: listIn(env.TIKTOK_REDIRECT_URIS),
  type: env.TIKTOK_APP_TYPE === 'desktop' ? 'desktop' : 'web',
  verifiedPrefixes: listIn(env.TIKTOK_VERIFIED_PREFIXES),
  audited: env.TIKTOK_AUDITED !== '0',
  webhookUrl: env.TIKTOK_WEBHOOK_URL,
})
