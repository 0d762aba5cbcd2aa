import { serve } from '@hono/node-server'
import { afterAll } from 'vitest'
import { freePort } from '../../local/ports.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { createTestApp, password, type TestApp } from './app.ts'
import { testConfig } from './config.ts'
import { createPerson, type Person } from './person.ts'
import { sandboxEnv, startTwins } from './twins.ts'

export type ConnectingApp = TestApp & { sandbox: Sandbox; url: string; signIn(who: { email: string }): Promise<Person> }

/** The web application on a real port beside the sandbox, so that people can go through the platforms' own pages. */
export const createConnectingApp = async (): Promise<ConnectingApp> => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const sandbox = await startTwins(url)
  const test = await createTestApp({ config: testConfig({ ...sandboxEnv(sandbox.url), PUBLIC_URL: url }) })
  const server = serve({ fetch: test.app.fetch, hostname: '127.0.0.1', port })
  afterAll(async () => {
    server.close()
    await sandbox.close()
  })
  const signIn = async ({ email }: { email: string }): Promise<Person> => {
    const person = createPerson(url)
    const page = await (await person.open('/sign-in')).press('Sign in', { email, password, next: '/account' })
    if (page.status !== 200) throw new Error(`signing in answered ${page.status}`)
    return person
  }
  return { ...test, sandbox, url, signIn }
}
