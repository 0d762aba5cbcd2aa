import { listIn } from '../env-list.ts'
import type { MetaApp } from './meta.ts'

/** The tester's app as the sandbox's environment describes it. */
export const metaAppOf = (env: NodeJS.ProcessEnv): MetaApp => ({
  id: env.META_APP_ID ?? '1000000000000001',
  secret: env.META_APP_SECRET ?? 'sandbox-meta-secret',
  name: env.SANDBOX_APP_NAME ?? 'Test app',
  redirectUris: listIn(env.META_REDIRECT_URIS),
  deauthorizeUrl: env.META_DEAUTHORIZE_URL,
  dataDeletionUrl: env.META_DATA_DELETION_URL,
})
