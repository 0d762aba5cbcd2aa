import { startSandbox } from './server.ts'

/** Runs only the sandbox, configured by environment variables: `npx tsx local/sandbox/main.ts`. */
const env = process.env
const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const sandbox = await startSandbox({
  port: Number(env.SANDBOX_PORT ?? 4010),
  controlPort: Number(env.SANDBOX_CONTROL_PORT ?? 4011),
  host: env.SANDBOX_HOST,
  publicUrl: env.SANDBOX_PUBLIC_URL,
  dir: env.SANDBOX_DIR,
  pace: env.SANDBOX_PACE === 'real' ? 'real' : 'quick',
  isAlone: true,
  apps: {
    meta: {
      id: env.META_APP_ID ?? '1000000000000001',
      secret: env.META_APP_SECRET ?? 'sandbox-meta-secret',
      name: env.SANDBOX_APP_NAME ?? 'Test app',
      redirectUris: list(env.META_REDIRECT_URIS),
      deauthorizeUrl: env.META_DEAUTHORIZE_URL,
      dataDeletionUrl: env.META_DATA_DELETION_URL,
    },
    tiktok: {
      key: env.TIKTOK_CLIENT_KEY ?? 'sandbox-tiktok-key',
      secret: env.TIKTOK_CLIENT_SECRET ?? 'sandbox-tiktok-secret',
      name: env.SANDBOX_APP_NAME ?? 'Test app',
      redirectUris: list(env.TIKTOK_REDIRECT_URIS),
      type: env.TIKTOK_APP_TYPE === 'desktop' ? 'desktop' : 'web',
      verifiedPrefixes: list(env.TIKTOK_VERIFIED_PREFIXES),
      audited: env.TIKTOK_AUDITED !== '0',
      webhookUrl: env.TIKTOK_WEBHOOK_URL,
    },
  },
})
console.log(`Platform sandbox: ${sandbox.url}  control: ${sandbox.controlUrl}`)

const end = () => void sandbox.close().then(() => process.exit(0))
process.once('SIGTERM', end)
process.once('SIGINT', end)
if (env.SANDBOX_EXIT_WITH_PARENT === '1') process.stdin.once('end', end).once('close', end).resume()
