import { type Sandbox, startSandbox } from '../../../local/sandbox/server.ts'
import { testApps } from '../config.ts'

/**
 * Starts the sandbox with apps that are registered for the product at `url`. Close it at the end.
 */
export const startTwins = (url: string, start = startSandbox): Promise<Sandbox> =>
  start({
    port: 0,
    controlPort: 0,
    env: {
      ...testApps,
      SANDBOX_APP_NAME: 'CrateSocial',
      META_REDIRECT_URIS: `${url}/oauth/meta/callback`,
      TIKTOK_REDIRECT_URIS: `${url}/oauth/tiktok/callback`,
      TIKTOK_APP_TYPE: 'desktop',
      TIKTOK_VERIFIED_PREFIXES: `${url}/media/`,
    },
  })

/** The variables with the sandbox's base URLs. */
export const sandboxEnv = (url: string): NodeJS.ProcessEnv => ({
  META_GRAPH_URL: `${url}/graph`,
  META_GRAPH_VIDEO_URL: `${url}/graph-video`,
  META_DIALOG_URL: `${url}/facebook`,
  META_RUPLOAD_URL: `${url}/rupload`,
  TIKTOK_AUTH_URL: `${url}/tiktok`,
  TIKTOK_API_URL: `${url}/tiktok-api`,
})

/** A call to the sandbox's control port. */
export const control = async (
  sandbox: Pick<Sandbox, 'controlUrl'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> => {
  const init =
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answer = await fetch(sandbox.controlUrl + path, { method, ...init })
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`)
  return await answer.json()
}
